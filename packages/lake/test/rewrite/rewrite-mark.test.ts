import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { localFile } from '@minilake/ingest'
import { expect, onTestFinished, test } from 'vitest'
import { type IngestReport, type Lake, openLake } from '../../src/index.js'
import { rewriteMarkKey } from '../../src/register/rewrite-mark.js'
import { intentKey } from '../../src/replace/intent.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const keyed = { ...turbine, key: ['turbine_id', 'event_timestamp'] } as const
const row = { event_timestamp: new Date('2026-01-05T00:00:00Z'), turbine_id: 't1', power: 1, starts: null }
const other = [{ ...row, power: 2 }]
const csv = 'event_timestamp,turbine_id,power\n2026-01-05T00:00:00Z,t1,2\n'

/** A lake in which the rewriting of a table was interrupted, and a staged file for it. */
async function markedLake(): Promise<{ lake: Lake; folder: string; importId: string }> {
  const { lake, folder } = await freshLake({ tables: [keyed], resumeAfterSeconds: 1 })
  const { importId } = await lake.write(keyed, [row])
  await writeFile(join(folder, 'a.csv'), csv)
  await lake.stage(keyed, ['a.csv'])
  await lake.store.write(rewriteMarkKey(keyed), [new TextEncoder().encode('{}')])
  // A process that has just looked for a mark trusts what it saw for half a second.
  const next = await openLake({ cwd: folder, tables: [keyed], resumeAfterSeconds: 1 })
  onTestFinished(() => next.close())
  return { lake: next, folder, importId }
}

async function keysOf({ store }: Lake): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

function throwFailure({ failures: [failure] }: IngestReport): void {
  throw new Error(failure?.reason)
}

const from = new Date('2026-01-05')
const operations: Record<string, (lake: Lake, importId: string) => Promise<unknown>> = {
  import: (lake) => lake.import(keyed, ['a.csv']),
  'import, mode merge': (lake) => lake.import(keyed, ['a.csv'], { mode: 'merge' }),
  'import, mode overwrite-partitions': (lake) =>
    lake.import(keyed, ['a.csv'], { mode: 'overwrite-partitions' }),
  write: (lake) => lake.write(keyed, other),
  'write, mode merge': (lake) => lake.write(keyed, other, { mode: 'merge' }),
  ingest: async (lake) => throwFailure(await lake.ingest()),
  'ingest, overwrite': async (lake) => throwFailure(await lake.ingest({ overwrite: true })),
  'remove of days, listed': (lake) => lake.remove(keyed, { from }),
  'remove of days': (lake) => lake.remove(keyed, { from, remove: true }),
  'remove of all': (lake) => lake.remove(keyed, { remove: true }),
  'remove of rows': (lake) => lake.remove(keyed, { where: 'power = 1', remove: true }),
  'remove of an import': (lake, id) => lake.remove(keyed, { import: id, remove: true }),
  'remove of old days': (lake) => lake.remove(keyed, { olderThanDays: 1, remove: true }),
  'drop without data': (lake) => lake.drop(keyed, { remove: true }),
  query: async (lake) => {
    for await (const _row of lake.query('SELECT count(*) FROM hive.iot_dw.turbine'));
  },
}

test.each(Object.entries(operations))(
  '%s refuses a table whose rewriting was interrupted, and changes nothing',
  async (_, operate) => {
    const { lake, importId } = await markedLake()
    const before = await keysOf(lake)
    await expect(operate(lake, importId)).rejects.toThrow(
      'table turbine is being rewritten, or its rewriting was interrupted: minilake rewrite --table turbine --yes completes it',
    )
    expect(await keysOf(lake)).toEqual(before)
  },
)

test('catalog says so, rewrite completes it, and drop with data takes the mark with it', async () => {
  const { lake } = await markedLake()
  expect((await lake.register()).differences).toEqual([expect.stringContaining('is being rewritten')])
  await lake.rewrite(keyed, { rewrite: true })
  expect(await lake.store.find(rewriteMarkKey(keyed))).toBeUndefined()
  const marked = await markedLake()
  await marked.lake.drop(keyed, { data: true, remove: true })
  expect(await keysOf(marked.lake)).toEqual([])
})

test('ingest publishes the files of other tables beside a change that belongs to a rewriting', async () => {
  const { lake, folder } = await markedLake()
  const site = { ...turbine, name: 'site' }
  const both = await openLake({ cwd: folder, tables: [keyed, site], resumeAfterSeconds: 1 })
  const day = 'turbine/event_date=2026-01-05/'
  const intent = {
    id: crypto.randomUUID(),
    table: 'turbine',
    folder: day,
    add: [],
    remove: [],
    startedAt: '',
  }
  await lake.store.write(intentKey(day), [new TextEncoder().encode(JSON.stringify(intent))])
  await mkdir(join(folder, 'sites'))
  await both.stage(site, ['a.csv'], { out: 'sites' })
  expect(await both.ingest({ folder: 'sites' })).toMatchObject({ published: 1 })
  expect(await lake.store.find(intentKey(day))).toBeDefined()
  expect(await localFile(lake.store.location, intentKey(day))).toBeDefined()
  await both.close()
})
