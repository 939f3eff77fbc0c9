import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freshFolder } from './run-minilake.js'

const day = 'turbine/event_date=2026-01-01/'

/** A lake with two days of a table, two staged files, and a way to leave a change of the first day as a dead process does. */
async function freshLake() {
  const { folder, minilake } = await freshFolder()
  await writeFile(
    join(folder, 'minilake.config.json'),
    JSON.stringify({
      tables: [
        {
          name: 'turbine',
          columns: { event_timestamp: { type: 'timestamp' }, power: { type: 'double' } },
          partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
          key: ['event_timestamp'],
        },
      ],
    }),
  )
  await writeFile(
    join(folder, 'a.csv'),
    'event_timestamp,power\n2026-01-01T00:00:00Z,1\n2026-01-02T00:00:00Z,2\n',
  )
  await writeFile(join(folder, 'b.csv'), 'event_timestamp,power\n2026-01-02T01:00:00Z,3\n')
  await minilake('import', 'a.csv')
  await minilake('import', 'b.csv', '--out', 'out')
  const root = join(folder, 'lake/iot-time-series')
  const [name = ''] = await readdir(join(root, day))
  const leave = async (change: { add?: object[]; remove?: string[] }) => {
    await mkdir(join(root, '_intents', day), { recursive: true })
    const startedAt = '2026-01-05T10:20:00.000Z'
    const intent = { id: crypto.randomUUID(), table: 'turbine', folder: day, startedAt, add: [], remove: [] }
    await writeFile(join(root, '_intents', day, 'intent.json'), JSON.stringify({ ...intent, ...change }))
  }
  return { minilake, leave, key: `${day}${name}` }
}

const commands = {
  import: ['import', 'b.csv'],
  'import --mode merge': ['import', 'b.csv', '--mode', 'merge'],
  'import --mode overwrite-partitions': ['import', 'b.csv', '--mode', 'overwrite-partitions'],
  ingest: ['ingest'],
  remove: ['remove', '--from', '2026-01-02', '--yes'],
  rewrite: ['rewrite', '--yes'],
  drop: ['drop', '--table', 'turbine', '--yes'],
}

test.each(Object.entries(commands))('%s says what it completed and what it took back', async (_, command) => {
  const { minilake, leave, key } = await freshLake()
  const run = () => minilake(...command, '--resume-after', '1s')
  const place = `lake/iot-time-series/${day}`
  await leave({ add: [{ key: `${day}new.parquet`, size: 1, etag: 'x', wasThere: false }], remove: [key] })
  const wait = `waiting for another process that is changing ${place}`
  const change = `an interrupted change of ${place}, begun 2026-01-05 10:20 UTC`
  const back = await run()
  expect(back.stderr).toContain(wait)
  expect(back.stderr).toContain(`took back ${change}: 1 new data file in place of 1\n`)
  expect(back.code).toBe(0)
  await leave({ remove: [key] })
  expect(await run()).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`completed ${change}: 1 data file to remove\n`),
  })
  const { stdout } = await minilake('files', '--table', 'turbine')
  expect(stdout).not.toContain(day)
})

test('remove without --yes lists a folder whose change was interrupted, and leaves it', async () => {
  const { minilake, leave, key } = await freshLake()
  await leave({ remove: [key] })
  expect((await minilake('remove', '--from', '2026-01-02')).stdout).toContain(
    `${day} is being changed by another process, or its change was interrupted: --yes waits for it`,
  )
  expect((await minilake('files')).stdout).toContain(day)
})
