import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { QueryError } from '@minilake/analytics'
import { expect, test } from 'vitest'
import { fileFailure } from '../../src/files/file-failure.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

test('a file that was away for a moment is told as that; a damaged one is named', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  const { keys } = await lake.write(turbine, [
    { event_timestamp: new Date('2026-01-01T10:00:00Z'), turbine_id: 'a', power: 1, starts: 1n },
  ])
  const path = join(lake.store.location, keys[0] as string)
  const told = async (reason: string) => {
    const error = new QueryError(`IO Error: Cannot open file "${path}": ${reason}`, { sql: 'SELECT 1' })
    return ((await fileFailure(error, { store: lake.store }, [turbine])) as Error).message
  }
  expect(await told('No such file or directory')).toMatch(
    /a data file was removed or replaced while the query ran: run it again\)$/,
  )
  expect(await told('Input/output error')).toContain(`${path} cannot be read: IO Error`)
  await writeFile(path, 'damaged')
  expect(await told('No such file or directory')).toMatch(/cannot be read: .*doctor --deep names/)
})

test.each([
  [
    's3://lake/meter/b.parquet (HIVE_CANNOT_OPEN_SPLIT)',
    /removed or replaced while the query ran: run it again\)$/,
  ],
  ['not a Parquet file (HIVE_CANNOT_OPEN_SPLIT)', /a data file may be damaged: minilake doctor --deep/],
])('Trino opens no split: %s', async (reason, expected) => {
  const { lake } = await freshLake({ tables: [turbine] })
  const message = `Error opening Hive split s3://lake/meter/b.parquet (offset=0, length=829): ${reason}`
  const error = new QueryError(message, { sql: 'SELECT 1' })
  expect(String(await fileFailure(error, { store: lake.store }, [turbine]))).toMatch(expected)
})

test('a partition that leaves the catalog while a query of Trino runs is told as that', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  const message =
    'Partition event_date=2026-01-05 no longer exists for iot_dw.turbine (HIVE_PARTITION_DROPPED_DURING_QUERY)'
  const error = new QueryError(message, { sql: 'SELECT 1' })
  expect(((await fileFailure(error, { store: lake.store }, [turbine])) as Error).message).toBe(
    `${message} (the partition was changed or removed while the query ran: run it again)`,
  )
})
