import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BadRowsError } from '@minilake/import'
import { folderStore, memoryStore } from '@minilake/ingest'
import { columnsOf, defineTable, nullMask, type Table } from '@minilake/schema'
import { expect, test } from 'vitest'
import { type Lake, openLake, type RewriteOptions, UsageError } from '../../src/index.js'
import { storedFooter } from '../../src/files/stored-footer.js'
import { dataFilesOf, type LakeStore } from '../../src/lake-backend.js'
import { shapeChecks } from '../../src/register/shape-checks.js'
import { storedRows } from '../../src/replace/stored-rows.js'
import { rewriteTable } from '../../src/rewrite/rewrite-table.js'
import { appendRows } from '../../src/write/append-rows.js'
import { rewriteMarkKey } from '../../src/register/rewrite-mark.js'
import { writeRows } from '../../src/write/write-rows.js'
import { dyingAfter } from '../dying-store.js'
import { freshFolder, freshLake } from '../fresh-lake.js'

const columns = {
  event_timestamp: { type: 'timestamp' },
  power: { type: 'real' },
  starts: { type: 'integer', nullable: true },
  note: { type: 'varchar', nullable: true },
} as const
const partitions = { event_date: { from: 'event_timestamp', by: 'day' } } as const
const site = defineTable({ name: 'site', columns, partitions, sortedBy: ['event_timestamp'] })
const { event_timestamp, power, starts, note } = columns

const at = (day: number, hour = 0) => new Date(Date.UTC(2026, 0, day, hour))
const rows = [
  { event_timestamp: at(1), power: 1.5, starts: 7, note: 'a' },
  { event_timestamp: at(1, 5), power: -0, starts: null, note: null },
  { event_timestamp: at(2), power: NaN, starts: 2_147_483_647, note: '3' },
]

const all = async (source: AsyncIterable<unknown>) => {
  const found = []
  for await (const row of source) found.push(row)
  return found
}
const select = (lake: Lake, what = '* EXCLUDE (event_date)') =>
  all(lake.query(`SELECT ${what} FROM hive.iot_dw.site ORDER BY event_timestamp`))
const keysOf = async (lake: Lake) => {
  const keys: string[] = []
  for await (const { key } of lake.store.list('')) if (!key.endsWith('.record')) keys.push(key)
  return keys
}

/** Runs work with the lake of a folder, opened with another definition of its table. */
async function reopened<T>(folder: string, table: Table, work: (lake: Lake) => Promise<T>): Promise<T> {
  const lake = await openLake({ cwd: folder, tables: [table] })
  try {
    return await work(lake)
  } finally {
    await lake.close()
  }
}
const changedTo = (changed: Table['columns'], rest: Partial<Table> = {}) =>
  ({ ...site, ...rest, columns: changed }) as Table

const changes: [change: string, columns: Table['columns'], options: RewriteOptions, read: object[]][] = [
  [
    'wider types',
    { ...columns, power: { type: 'double' }, starts: { type: 'bigint', nullable: true } },
    {},
    [
      { ...rows[0], starts: 7n },
      { ...rows[1], starts: null },
      { ...rows[2], starts: 2_147_483_647n },
    ],
  ],
  [
    'a renamed column',
    { event_timestamp, load: power, starts, note },
    { map: { power: 'load' } },
    rows.map(({ power: load, ...row }) => ({ ...row, load })),
  ],
  [
    'two columns that swap their names',
    { event_timestamp, power, note: { type: 'integer', nullable: true }, starts: note },
    { map: { starts: 'note', note: 'starts' } },
    rows.map(({ starts, note, ...row }) => ({ ...row, starts: note, note: starts })),
  ],
  ['another order', { note, starts, power, event_timestamp }, {}, rows],
  [
    'a dropped column',
    { event_timestamp, power, starts },
    { drop: ['note'] },
    rows.map(({ note: _note, ...row }) => row),
  ],
  [
    'a column that takes the place of a dropped one',
    { event_timestamp, starts: { ...power, nullable: true }, note },
    { map: { power: 'starts' }, drop: ['starts'] },
    rows.map(({ power, starts: _starts, ...row }) => ({ ...row, starts: power })),
  ],
  [
    'a new nullable column between others',
    { event_timestamp, torque: { type: 'double', nullable: true }, power, starts, note },
    {},
    rows.map((row) => ({ ...row, torque: null })),
  ],
  ['a column newly nullable', { ...columns, power: { type: 'real', nullable: true } }, {}, rows],
  [
    'numbers as texts',
    { ...columns, starts: { type: 'varchar', nullable: true } },
    {},
    [
      { ...rows[0], starts: '7' },
      { ...rows[1], starts: null },
      { ...rows[2], starts: '2147483647' },
    ],
  ],
]

const kinds = [
  ...changes.map((change) => [...change, {}] as const),
  ...changes.slice(0, 2).map((change) => [...change, { partitions: {} }] as const),
]

test.each(kinds)(
  '%s: is carried out, once (table %#)',
  async (_, changed, options, read, rest: Partial<Table>) => {
    const former = { ...site, ...rest } as typeof site
    const { folder, lake } = await freshLake({ tables: [former] })
    await lake.write(former, rows)
    const table = changedTo(changed, rest)
    const what = Object.keys(changed).join(', ')
    await reopened(folder, table, async (other) => {
      await expect(select(other)).rejects.toThrow('minilake rewrite --table site')
      const files = rest.partitions ? 1 : 2
      const before = await keysOf(other)
      const found = { table: 'site', files, rows: 3, unchanged: 0 }
      expect(await other.rewrite(table, options)).toMatchObject({ ...found, isRewritten: false })
      expect(await keysOf(other)).toEqual(before)
      expect(await other.rewrite(table, { ...options, rewrite: true })).toMatchObject({
        ...found,
        isRewritten: true,
      })
      expect(await select(other, what)).toEqual(read)
      expect(await other.rewrite(table, { ...options, rewrite: true })).toMatchObject({
        files: 0,
        unchanged: files,
      })
      expect((await other.doctor({ deep: true })).filter(({ state }) => state !== 'ok')).toEqual([])
      expect(await other.verify()).toMatchObject([{ differences: [], withoutTruth: [] }])
      expect((await keysOf(other)).filter((key) => key.startsWith('_'))).toEqual([])
      // A rewritten file is the one that the same rows make, so they come in once.
      const again = await other.write(table, read as never)
      expect(again).toMatchObject({ written: 0, unchanged: files })
    })
  },
)

test.each<[string, Table['columns'], RegExp]>([
  [
    'a fraction',
    { ...columns, power: { type: 'integer' } },
    /site\/event_date=2026-01-01\/\S+, line 1, power: expected a whole number of 32 bits, got "1\.5"/,
  ],
  [
    'a null in a column that is required now',
    { ...columns, starts: { type: 'integer' } },
    /2026-01-01\/\S+, line 2, starts: expected a value, got nothing/,
  ],
])('%s is named, and nothing changes', async (_, changed, sentence) => {
  const { folder, lake } = await freshLake({ tables: [site] })
  await lake.write(site, rows)
  const before = await keysOf(lake)
  const table = changedTo(changed)
  await reopened(folder, table, async (other) => {
    for (const rewrite of [false, true]) {
      const error = await other.rewrite(table, { rewrite }).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(BadRowsError)
      expect((error as Error).message).toMatch(sentence)
    }
  })
  expect(await keysOf(lake)).toEqual(before)
  expect(await select(lake, Object.keys(columns).join(', '))).toEqual(rows)
})

test('all rows that do not fit are counted, over all files, and the first ten named', async () => {
  const wide = changedTo({ ...columns, power: { type: 'double' } })
  const { folder, lake } = await freshLake({ tables: [wide] })
  const tenths = [1, 2, 3].flatMap((day) =>
    [0, 1, 2, 3, 4].map((hour) => ({ event_timestamp: at(day, hour), power: hour === 0 ? 0.5 : 0.1 })),
  )
  await lake.write(wide, tenths)
  await reopened(folder, site, async (other) => {
    const error = await other.rewrite(site, { rewrite: true }).catch((e: unknown) => e)
    expect(error).toMatchObject({ count: 12 })
    expect((error as BadRowsError).rows).toHaveLength(10)
    expect((error as BadRowsError).rows[9]).toMatchObject({
      file: expect.stringContaining('event_date=2026-01-03'),
      line: 3,
      column: 'power',
      value: '0.1',
      reason: 'expected a number that 32 bits can hold exactly',
    })
  })
})

test.each<[string, Table['columns'], RewriteOptions, string | RegExp, boolean]>([
  [
    'a lost column',
    { event_timestamp, power, starts },
    {},
    /columns that table site lacks: note; .*`drop`/,
    false,
  ],
  [
    'a new column without values',
    { ...columns, torque: { type: 'real' } },
    {},
    /no column for torque of table site, which is not nullable/,
    false,
  ],
  [
    'types that have nothing in common',
    { ...columns, power: { type: 'boolean' } },
    {},
    /column power is FLOAT, which cannot become power \(boolean\)/,
    false,
  ],
  [
    'a target that is no column',
    columns,
    { map: { note: 'remark' } },
    'expected a column of table site',
    true,
  ],
  [
    'two columns for one',
    { event_timestamp, power, starts },
    { map: { starts: 'power', note: 'power' } },
    'expected one column for power, got starts and note',
    true,
  ],
  [
    'a column that stays',
    columns,
    { drop: ['note'] },
    'expected columns that table site lacks, got note',
    true,
  ],
])('%s is refused in one sentence', async (_, changed, options, sentence, isUsage) => {
  const { folder, lake } = await freshLake({ tables: [site] })
  await lake.write(site, rows)
  const before = await keysOf(lake)
  const table = changedTo(changed)
  await reopened(folder, table, async (other) => {
    const rewriting = other.rewrite(table, { ...options, rewrite: true })
    await expect(rewriting).rejects.toThrow(sentence)
    expect((await rewriting.catch((e: unknown) => e)) instanceof UsageError).toBe(isUsage)
  })
  expect(await keysOf(lake)).toEqual(before)
})

test('rows that would leave their partition are refused', async () => {
  const former = changedTo({ ...columns, sent: { type: 'timestamp' } })
  const { folder, lake } = await freshLake({ tables: [former] })
  await lake.write(former, [{ ...rows[0], sent: at(9) }] as never)
  const table = changedTo(
    { event_timestamp, power: { type: 'double' }, starts, note, sent: { type: 'timestamp' } },
    { partitions: { event_date: { from: 'sent', by: 'day' } } },
  )
  await reopened(folder, table, async (other) => {
    await expect(other.rewrite(table)).rejects.toThrow(
      /site\/event_date=2026-01-01\/\S+ has rows of site\/event_date=2026-01-09\/, and rewriting leaves/,
    )
  })
})

test('files that only differ in a dropped column are refused, as one of them would be lost', async () => {
  const { folder, lake } = await freshLake({ tables: [site] })
  for (const note of ['a', 'b']) await lake.write(site, [{ event_timestamp: at(1), power: 1, note }])
  const table = changedTo({ event_timestamp, power, starts })
  await reopened(folder, table, async (other) => {
    await expect(other.rewrite(table, { drop: ['note'], rewrite: true })).rejects.toThrow(
      /site\/event_date=2026-01-01\/\S+ and \S+ would have the same rows/,
    )
  })
  expect(await select(lake, 'note')).toHaveLength(2)
})

test('imports keep their IDs, an imported file comes in once, and evolved files stay', async () => {
  const { folder, lake } = await freshLake({ tables: [site] })
  await writeFile(
    join(folder, 'a.csv'),
    'event_timestamp,power\n2026-01-01T00:00:00Z,1\n2026-01-02T00:00:00Z,2\n',
  )
  const { importId } = await lake.import(site, ['a.csv'])
  const table = changedTo({ ...columns, power: { type: 'double' } })
  await reopened(folder, table, async (other) => {
    await other.rewrite(table, { rewrite: true })
    const files = (await all(other.files(table))) as { imports: string[] }[]
    expect(files.map(({ imports }) => imports)).toEqual([[importId], [importId]])
    expect(await other.import(table, ['a.csv'])).toMatchObject({ written: 0, unchanged: 2, importId })
  })
  const grown = changedTo({ ...table.columns, torque: { type: 'real', nullable: true } })
  await reopened(folder, grown, async (other) => {
    expect(await other.rewrite(grown)).toMatchObject({ files: 0, unchanged: 2 })
  })
})

const signal = new AbortController().signal

/** Puts the data files that rows make into a store. */
async function filled(store: LakeStore): Promise<LakeStore> {
  const folder = folderStore({ folder: await freshFolder() })
  await writeRows(site, rows, appendRows(site, folder, { signal }), { signal })
  for await (const { key } of dataFilesOf(site, folder)) await store.write(key, [await folder.read(key)])
  return store
}

test.each<[string, () => Promise<LakeStore>, Table['columns'], RewriteOptions]>([
  [
    'a folder, files with new names',
    async () => folderStore({ folder: join(await freshFolder(), 'bucket') }),
    { event_timestamp, load: power, starts, note },
    { map: { power: 'load' } },
  ],
  [
    'a bucket, files that keep their names',
    () => Promise.resolve(memoryStore()),
    { ...columns, power: { type: 'double' } },
    {},
  ],
])(
  'a process that dies after any change is completed by the next call (%s)',
  async (_, newStore, changed, options) => {
    const table = changedTo(changed)
    const duckDb = { tempFolder: await freshFolder(), threads: 1 }
    const run = (store: LakeStore, given: Partial<Parameters<typeof rewriteTable>[2]>) =>
      rewriteTable(table, lakeOf(store), { ...given, rewrite: true, duckDb, signal })
    const whole = await filled(await newStore())
    await run(whole, options)
    const expected = await rowTexts(table, whole, duckDb)
    let refusals = 0
    for (let after = 0; ; after += 1) {
      const store = await filled(await newStore())
      const { dying, isDead } = dyingAfter(store, after)
      const outcome = await run(dying, options).catch((error: unknown) => error)
      if (!isDead()) {
        expect(outcome).toMatchObject({ isRewritten: true })
        break
      }
      const difference = await shapeChecks(() => store, 'first')(table)
      if (difference !== undefined) {
        expect(difference).toContain('minilake rewrite --table site')
        refusals += 1
      } else expect(await isMixed(table, store)).toBe(false)
      // The mark has the changes once the first file may have changed.
      const isMarked = (await store.find(rewriteMarkKey(table))) !== undefined
      await run(store, isMarked ? {} : options)
      expect(await rowTexts(table, store, duckDb), `died after ${after}`).toEqual(expected)
      const left: string[] = []
      for await (const { key } of store.list('_')) if (!/\.(owner\.json|record)$/.test(key)) left.push(key)
      expect(left).toEqual([])
    }
    expect(refusals).toBeGreaterThan(3)
  },
)

/** A lake of a store, without a catalog that lasts. */
function lakeOf(store: LakeStore): Parameters<typeof rewriteTable>[1] {
  return {
    store,
    resumeAfterSeconds: 0,
    registerTables: () => Promise.resolve({ statements: [], changes: [], differences: [] }),
  }
}

async function rowTexts(table: Table, store: LakeStore, duckDb: object): Promise<string[]> {
  const files = []
  for await (const file of dataFilesOf(table, store)) files.push(file)
  const texts: string[] = []
  for await (const batch of storedRows(table, files, store, { duckDb, signal }))
    for (let row = 0; row < batch.rowCount; row++)
      texts.push(
        columnsOf(table)
          .map(([name]) => (nullMask(batch, name)?.[row] === 1 ? 'null' : String(batch.columns[name]?.[row])))
          .join(' '),
      )
  return texts
}

/** Whether the files of a table have different columns. */
async function isMixed(table: Table, store: LakeStore): Promise<boolean> {
  const shapes = new Set<string>()
  for await (const file of dataFilesOf(table, store)) {
    const { columns: found } = await storedFooter(file, store)
    shapes.add(found.map(({ name, type, nullable }) => `${name} ${type} ${nullable}`).join())
  }
  return shapes.size > 1
}
