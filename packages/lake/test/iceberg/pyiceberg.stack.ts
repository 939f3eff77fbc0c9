import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { defineTable, type InputRow } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openLake } from '../../src/index.js'
import { emptyLake, stackOptions, temporaryFolder } from '../running-stack.js'

const run = promisify(execFile)
const stack = inject('stack')
const table = defineTable({
  name: 'gauge',
  columns: {
    event_timestamp: { type: 'timestamp' },
    gauge_id: { type: 'varchar' },
    level: { type: 'double', nullable: true },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  key: ['gauge_id', 'event_timestamp'],
  format: 'iceberg',
})
let folder: string
let remove: () => Promise<void>
let python: string

beforeAll(async () => {
  await emptyLake(stack)
  ;({ folder, remove } = await temporaryFolder())
  await run('python3', ['-m', 'venv', join(folder, 'venv')])
  python = join(folder, 'venv', 'bin', 'python')
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:']
  await run(python, [...pip, 'pyiceberg[hive,pyarrow]'])
}, 300_000)
afterAll(async () => {
  await remove()
  await emptyLake(stack)
}, 120_000)

const row = (day: number, hour: number, level: number | null, gauge_id = 'a'): InputRow<typeof table> => ({
  event_timestamp: new Date(Date.UTC(2026, 0, day, hour, 0, 0, 123)),
  gauge_id,
  level,
})

/** What pyiceberg finds, with the user of MinIO that may read what Trino has written. */
async function readByPyiceberg(filter: string) {
  const port = /^METASTORE_PORT=(\d+)/m.exec(await readFile(stack.envFile, 'utf8'))?.[1]
  const { accessKeyId, secretAccessKey } = stack.administrator
  const script = join(import.meta.dirname, 'read-table.py')
  const { stdout } = await run(
    python,
    [script, `thrift://127.0.0.1:${port}`, stack.endpoint, `iot_dw.${table.name}`, filter],
    { env: { ...process.env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } },
  )
  return JSON.parse(stdout) as Record<'rows' | 'filtered', string[][]> & {
    snapshots: string[]
    current: string
  }
}

test(
  'pyiceberg finds the same rows and snapshots after merges, removals and a rollback',
  { timeout: 600_000 },
  async () => {
    const options = { ...stackOptions(stack), tables: [table], maintainCredentials: stack.maintainer }
    const lake = await openLake(options)
    const rowsIn = async (where: string) => {
      const rows: string[][] = []
      const sql = `SELECT CAST(CAST(event_timestamp AS TIMESTAMP(6)) AS VARCHAR) AS at, gauge_id, coalesce(CAST(CAST(level AS DECIMAL(9, 1)) AS VARCHAR), 'None') AS level FROM hive.iot_dw.gauge WHERE ${where}`
      for await (const found of lake.query(sql)) rows.push(Object.values(found as object).map(String))
      return rows.sort()
    }
    const agree = async () => {
      const found = await readByPyiceberg("gauge_id = 'a' and level > 2.5")
      expect(found.rows.sort()).toEqual(await rowsIn('true'))
      expect(found.filtered.sort()).toEqual(await rowsIn("gauge_id = 'a' AND level > 2.5"))
      const snapshots = await lake.snapshots(table)
      expect(found.snapshots).toEqual(snapshots.map(({ id }) => id).sort())
      expect(found.current).toBe(snapshots.find(({ state }) => state === 'current')?.id)
      return snapshots
    }
    try {
      await lake.write(table, [row(4, 1, 1.5), row(4, 2, 2.5), row(5, 1, 3.5), row(5, 1, null, 'ü')])
      await lake.write(table, [row(4, 2, 9.5), row(6, 3, 4.5)], { mode: 'merge' })
      await lake.remove(table, { where: 'level < 2', remove: true })
      const [, merged] = await agree()
      await lake.write(table, [row(5, 7, 7.5)], { mode: 'overwrite-partitions' })
      await lake.maintain(table)
      await agree()
      await lake.rollback(table, { snapshot: merged?.id ?? '', rollback: true })
      await agree()
    } finally {
      await lake.close()
    }
  },
)
