import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { truthKey } from '@minilake/generator'
import { defineTable, type InputRow } from '@minilake/schema'
import { expect, test } from 'vitest'
import { type Lake, UsageError } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

/** Readings of turbines; a turbine has one at a time. */
const keyed = defineTable({ ...turbine, key: ['turbine_id', 'event_timestamp'] })
const plain = defineTable({ name: 'plain', columns: turbine.columns })
type Row = InputRow<typeof keyed>

const row = (time: string, turbine_id: string, power: number | null): Row => ({
  event_timestamp: new Date(`2026-01-${time}Z`),
  turbine_id,
  power,
})

async function rowsIn(lake: Lake, table = 'turbine'): Promise<string[]> {
  const found: string[] = []
  const sql = `SELECT event_timestamp AS t, turbine_id, power FROM hive.iot_dw.${table} ORDER BY ALL`
  for await (const { t, turbine_id, power } of lake.query(sql))
    found.push(`${(t as Date).toISOString().slice(8, 16)} ${String(turbine_id)} ${String(power)}`)
  return found
}

async function filesOf(lake: Lake, table: typeof keyed | typeof plain = keyed) {
  const found = []
  for await (const file of lake.files(table)) found.push(file)
  return found
}

const first = [
  row('04T23:00', 'a', 1),
  row('05T10:00', 'a', 2),
  row('05T11:00', 'a', 3),
  row('05T11:00', 'b', 4),
  row('06T01:00', 'a', 5),
]

test('overwrite-partitions: the days of the new rows hold these rows only, the others stay', async () => {
  const { lake, folder } = await freshLake({ tables: [keyed] })
  const { importId } = await lake.write(keyed, first)
  await lake.write(keyed, [row('05T12:00', 'c', 9)])
  const rows = [row('05T10:00', 'a', 20)]
  const report = await lake.write(keyed, rows, { mode: 'overwrite-partitions' })
  expect(report).toMatchObject({
    ...{ mode: 'overwrite-partitions', rows: 1, written: 1, unchanged: 0, earlier: [] },
    overwritten: [{ partition: 'event_date=2026-01-05', files: 2, rows: 4 }],
    neighbours: [
      { partition: 'event_date=2026-01-04', files: 1, rows: 1, imports: [importId] },
      { partition: 'event_date=2026-01-06', files: 1, rows: 1, imports: [importId] },
    ],
  })
  expect(report.newKeys).toEqual(report.keys)
  const after = ['04T23:00 a 1', '05T10:00 a 20', '06T01:00 a 5']
  expect(await rowsIn(lake)).toEqual(after)
  expect(await lake.write(keyed, rows, { mode: 'overwrite-partitions' })).toMatchObject({
    ...{ written: 0, unchanged: 1, keys: report.keys, newKeys: [], overwritten: [] },
  })
  expect(await rowsIn(lake)).toEqual(after)
  expect(await readdir(join(folder, 'lake', 'iot-time-series'))).toEqual(['_truth', 'turbine'])
})

test('overwrite-partitions: a file with the same rows stays when the others go', async () => {
  const { lake } = await freshLake({ tables: [keyed] })
  const rows = [row('05T10:00', 'a', 20)]
  const { keys } = await lake.write(keyed, rows)
  const [before] = await filesOf(lake)
  await lake.write(keyed, [row('05T12:00', 'c', 9)])
  const report = await lake.write(keyed, rows, { mode: 'overwrite-partitions' })
  expect(report).toMatchObject({ keys, written: 0, unchanged: 1, overwritten: [{ files: 1, rows: 1 }] })
  expect(await filesOf(lake)).toEqual([before])
})

test('overwrite-partitions replaces a whole table without partitions only on request', async () => {
  const { lake } = await freshLake({ tables: [plain] })
  const [one, two] = [[row('05T10:00', 'a', 1), row('06T10:00', 'a', 2)], [row('07T10:00', 'a', 3)]]
  await lake.write(plain, one, { mode: 'overwrite-partitions' }) // there is nothing to replace
  let isRead = false
  const source = (function* () {
    isRead = true
    yield* two
  })()
  const refused = lake.write(plain, source, { mode: 'overwrite-partitions' })
  await expect(refused).rejects.toThrow(
    /^table plain has no partitions, so mode overwrite-partitions replaces all of it: 1 file with 2 rows in .*; set `replaceAll`/,
  )
  await expect(refused).rejects.toBeInstanceOf(UsageError)
  expect(isRead).toBe(false)
  expect(await rowsIn(lake, 'plain')).toHaveLength(2)
  const report = await lake.write(plain, two, { mode: 'overwrite-partitions', replaceAll: true })
  expect(report).toMatchObject({ overwritten: [{ partition: '', files: 1, rows: 2 }], neighbours: [] })
  expect(await rowsIn(lake, 'plain')).toEqual(['07T10:00 a 3'])
})

test.each(['overwrite-partitions', 'merge'] as const)(
  'mode %s: the truth of a data file goes with it',
  async (mode) => {
    const { lake } = await freshLake({ tables: [keyed] })
    const { keys } = await lake.write(keyed, first)
    for (const key of keys) await lake.store.write(truthKey(key), [Buffer.from('{}')])
    await lake.write(keyed, [row('05T10:00', 'a', 20)], { mode })
    const truths = []
    for await (const { key } of lake.store.list('_truth/')) if (key.endsWith('.json')) truths.push(key)
    expect(truths).toEqual([keys[0], keys[2]].map((key) => truthKey(key ?? '')))
  },
)

test('a source that fails replaces nothing and leaves nothing', async () => {
  const { lake, folder } = await freshLake({ tables: [keyed] })
  await lake.write(keyed, first)
  const before = await readdir(join(folder, 'lake'), { recursive: true })
  for (const mode of ['overwrite-partitions', 'merge'] as const) {
    const broken = (function* () {
      yield row('05T10:00', 'a', 7)
      throw new Error('the source is gone')
    })()
    await expect(lake.write(keyed, broken, { mode })).rejects.toThrow('the source is gone')
    expect(await readdir(join(folder, 'lake'), { recursive: true })).toEqual(before)
  }
})

test('merge: the last row of a key wins, all others stay', async () => {
  const { lake } = await freshLake({ tables: [keyed] })
  await lake.write(keyed, first)
  await lake.write(keyed, [row('05T11:00', 'b', 4)]) // a duplicate of a key that does not come again
  const report = await lake.write(
    keyed,
    [
      row('07T00:00', 'a', 70),
      row('05T10:00', 'a', 21),
      row('05T09:00', 'z', 1),
      row('05T10:00', 'a', 22),
      row('05T11:00', 'a', 3),
    ],
    { mode: 'merge' },
  )
  expect(report).toMatchObject({
    ...{ mode: 'merge', rows: 5, written: 2, unchanged: 0 },
    merged: { inserted: 2, replaced: 1, same: 1, duplicates: 1 },
  })
  expect(report.keys).toEqual([
    expect.stringMatching(/^turbine\/event_date=2026-01-05\/merge-[0-9a-f]{32}\.parquet$/),
    expect.stringMatching(/^turbine\/event_date=2026-01-07\/merge-/),
  ])
  expect(await rowsIn(lake)).toEqual([
    '04T23:00 a 1',
    '05T09:00 z 1',
    '05T10:00 a 22',
    '05T11:00 a 3',
    '05T11:00 b 4',
    '05T11:00 b 4',
    '06T01:00 a 5',
    '07T00:00 a 70',
  ])
  expect(await filesOf(lake)).toHaveLength(4)
})

test('rows that are merged again, also after others, change nothing where nothing differs', async () => {
  const { lake } = await freshLake({ tables: [keyed] })
  const a = [row('05T10:00', 'a', 1), row('05T11:00', 'a', NaN), row('05T12:00', 'b', null)]
  const b = [row('05T11:00', 'a', 2)]
  const merge = (rows: Row[]) => lake.write(keyed, rows, { mode: 'merge' })
  const one = await merge(a)
  const again = await merge(a.toReversed())
  expect(again).toMatchObject({ written: 0, unchanged: 1, keys: one.keys, newKeys: [], merged: { same: 3 } })
  const two = await merge(b)
  expect(two).toMatchObject({ written: 1, merged: { replaced: 1, inserted: 0 } })
  const three = await merge(a)
  expect(three).toMatchObject({ written: 1, keys: one.keys, merged: { replaced: 1, same: 2 } })
  expect((await filesOf(lake)).map(({ imports }) => imports)).toEqual([[one.importId, two.importId].sort()])
  expect(await merge(a)).toMatchObject({ written: 0, unchanged: 1 })
})

test('a merge cleans up duplicates of its keys, and its result may be there already', async () => {
  const { lake } = await freshLake({ tables: [keyed] })
  const a = [row('05T10:00', 'a', 1), row('05T11:00', 'a', 2)]
  const { keys } = await lake.write(keyed, a, { mode: 'merge' })
  await lake.write(keyed, [row('05T11:00', 'a', 2)])
  expect(await filesOf(lake)).toHaveLength(2)
  const report = await lake.write(keyed, [row('05T11:00', 'a', 2)], { mode: 'merge' })
  expect(report).toMatchObject({ written: 0, unchanged: 1, keys, merged: { replaced: 1 } })
  expect(await rowsIn(lake)).toEqual(['05T10:00 a 1', '05T11:00 a 2'])
})

test('rows stay sorted by columns that are not in the key', async () => {
  const byPower = defineTable({ ...keyed, sortedBy: ['power'] })
  const { lake } = await freshLake({ tables: [byPower] })
  await lake.write(byPower, first)
  await lake.write(byPower, [row('05T10:00', 'a', 9), row('05T12:00', 'a', -1)], { mode: 'merge' })
  const found = []
  const sql = `SELECT power FROM hive.iot_dw.turbine WHERE event_date = '2026-01-05'`
  for await (const { power } of lake.query(sql)) found.push(power)
  expect(found).toEqual([-1, 3, 4, 9])
})

test('a table without a key, an unknown mode and a missing key value are refused in one sentence', async () => {
  const { lake, folder } = await freshLake({ tables: [turbine] })
  const merge = lake.write(turbine, first, { mode: 'merge' })
  await expect(merge).rejects.toThrow(
    "mode merge needs the columns that identify a reading, and table turbine has no key: add one to its definition, such as key: ['turbine_id', 'event_timestamp']",
  )
  await expect(merge).rejects.toBeInstanceOf(UsageError)
  await expect(lake.write(turbine, first, { mode: 'replace' as 'merge' })).rejects.toThrow(
    /^mode expected append, overwrite-partitions, merge, got .*replace/,
  )
  expect(await readdir(folder)).toEqual([])
  const { lake: other } = await freshLake({ tables: [keyed] })
  const nameless = [{ ...row('05T10:00', 'a', 1), turbine_id: null as unknown as string }]
  await expect(other.write(keyed, nameless, { mode: 'merge' })).rejects.toThrow(/turbine_id/)
})

/** Numbers from 0 to 1, always the same. */
function* random(seed: string): Generator<number, never> {
  for (let index = 0; ; index += 1)
    yield createHash('md5').update(`${seed} ${index}`).digest().readUInt32LE() / 2 ** 32
}

test('merge: rows of a file without a value in the key are bad rows, and nothing changes unless they are left out', async () => {
  const { lake, folder } = await freshLake({ tables: [keyed] })
  await lake.write(keyed, first)
  const before = await rowsIn(lake)
  const lines = ['2026-01-05T10:00:00Z,NA,7', 'NA,a,8', '2026-01-05T10:00:00Z,a,20']
  await writeFile(join(folder, 'some.csv'), ['event_timestamp,turbine_id,power', ...lines, ''].join('\n'))
  const merging = lake.import(keyed, ['some.csv'], { mode: 'merge', nullText: 'NA' })
  await expect(merging).rejects.toThrow(/line 2.*turbine_id/s)
  expect(await rowsIn(lake)).toEqual(before)
  const report = await lake.import(keyed, ['some.csv'], { mode: 'merge', nullText: 'NA', maxBadRows: 2 })
  expect(report).toMatchObject({ rows: 1, badRows: 2 })
  expect(await rowsIn(lake)).toEqual(before.map((text) => text.replace('05T10:00 a 2', '05T10:00 a 20')))
})

test('a replayed, shuffled week with duplicates ends in the same rows', async () => {
  const { lake } = await freshLake({ tables: [keyed] })
  const chance = random('week')
  const model = new Map<string, Row>()
  const week = Array.from({ length: 7 * 24 }, (_, hour) =>
    row(
      `${String(4 + Math.floor(hour / 24)).padStart(2, '0')}T${String(hour % 24).padStart(2, '0')}:00`,
      'a',
      hour,
    ),
  )
  for (let part = 0; part < 4; part += 1) {
    const some = week
      .flatMap((each) => Array.from({ length: Math.floor(chance.next().value * 3) }, () => each))
      .map((each) => ({ each, place: chance.next().value }))
      .sort((one, other) => one.place - other.place)
      .map(({ each }) => ({ ...each, power: Math.floor(chance.next().value * 3) }))
    await lake.write(keyed, some, { mode: 'merge' })
    for (const each of some) model.set(`${each.turbine_id} ${String(each.event_timestamp)}`, each)
  }
  expect(await rowsIn(lake)).toEqual(
    [...model.values()]
      .map(({ event_timestamp, turbine_id, power }) => {
        const time = (event_timestamp as Date).toISOString().slice(8, 16)
        return `${time} ${turbine_id} ${String(power)}`
      })
      .sort(),
  )
  const late = row('05T06:30', 'late', 1)
  expect(await lake.write(keyed, [late], { mode: 'merge' })).toMatchObject({ merged: { inserted: 1 } })
  expect(await lake.write(keyed, [late, late], { mode: 'merge' })).toMatchObject({
    merged: { same: 1, duplicates: 1 },
  })
  expect((await rowsIn(lake)).filter((each) => each.includes('late'))).toEqual(['05T06:30 late 1'])
})
