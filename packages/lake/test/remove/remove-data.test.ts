import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { folderStore, memoryStore } from '@minilake/ingest'
import { describe, expect, test } from 'vitest'
import { listFiles } from '../../src/files/list-files.js'
import { type Lake, UsageError } from '../../src/index.js'
import type { LakeStore } from '../../src/lake-backend.js'
import { removeData } from '../../src/remove/remove-data.js'
import { intentFolders, intentKey } from '../../src/replace/intent.js'
import { finishIntent } from '../../src/replace/replace-files.js'
import { appendRows } from '../../src/write/append-rows.js'
import { writeRows } from '../../src/write/write-rows.js'
import { dyingStore } from '../dying-store.js'
import { freshFolder, freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const rows = ['2026-01-04', '2026-01-05', '2026-01-06'].flatMap((day) =>
  [0, 12].map((hour) => ({
    event_timestamp: new Date(`${day}T${String(hour).padStart(2, '0')}:00:00Z`),
    turbine_id: 't1',
    power: hour,
    starts: null,
  })),
)

async function filesOf(lake: Lake) {
  const files = []
  for await (const file of lake.files(turbine)) files.push(file)
  return files
}

async function counts(lake: Lake) {
  const found: Record<string, number> = {}
  const sql = 'SELECT event_date, count(*) AS n FROM hive.iot_dw.turbine GROUP BY 1 ORDER BY 1'
  for await (const { event_date, n } of lake.query(sql)) found[String(event_date)] = Number(n)
  return found
}

test('lists a day, removes it on request, and then finds nothing', async () => {
  const { lake, folder } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  const range = { from: new Date('2026-01-05'), to: new Date('2026-01-06') }
  const listed = await lake.remove(turbine, range)
  expect(listed).toMatchObject({ table: 'turbine', files: 1, isRemoved: false })
  expect(listed.folders.map((each) => each.folder)).toEqual(['turbine/event_date=2026-01-05/'])
  expect(await counts(lake)).toEqual({ '2026-01-04': 2, '2026-01-05': 2, '2026-01-06': 2 })
  expect(await lake.remove(turbine, { ...range, remove: true })).toEqual({ ...listed, isRemoved: true })
  expect(await counts(lake)).toEqual({ '2026-01-04': 2, '2026-01-06': 2 })
  expect(await lake.remove(turbine, { ...range, remove: true })).toMatchObject({ files: 0, folders: [] })
  expect(await readdir(join(folder, 'lake', 'iot-time-series'))).toEqual(['_truth', 'turbine'])
})

test('without a range, removes the whole table', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  expect(await lake.remove(turbine, { remove: true })).toMatchObject({ files: 3 })
  expect(await counts(lake)).toEqual({})
})

/** Leaves a lake as a process does that dies while it removes a day, after it has moved the folder aside. */
async function interrupt(folder: string, lake: Lake) {
  const day = 'turbine/event_date=2026-01-05/'
  let file = ''
  for await (const { key } of lake.store.list(day)) file = key
  const id = '00000000-0000-4000-8000-000000000000'
  const intent = {
    id,
    table: 'turbine',
    folder: day,
    add: [],
    remove: [file],
    startedAt: '2026-01-05T00:00:00Z',
  }
  await lake.store.write(intentKey(day), [new TextEncoder().encode(JSON.stringify(intent))])
  const root = join(folder, 'lake', 'iot-time-series')
  await rename(join(root, day), join(root, '_intents', `${day}${id}.old`))
}

test('an interrupted removal is named by the doctor, listed, and completed by the next one', async () => {
  const { lake, folder } = await freshLake({ tables: [turbine], resumeAfterSeconds: 1 })
  await lake.write(turbine, rows)
  await interrupt(folder, lake)
  const changes = (await lake.doctor()).find(({ check }) => check === 'changes')
  expect(changes).toMatchObject({
    state: 'failed',
    finding: expect.stringContaining('event_date=2026-01-05'),
  })
  const range = { from: new Date('2026-01-06') }
  const interrupted = ['turbine/event_date=2026-01-05/']
  expect(await lake.remove(turbine, range)).toMatchObject({ files: 1, interrupted })
  expect(await lake.remove(turbine, { ...range, remove: true })).toMatchObject({ files: 1, interrupted })
  expect(await counts(lake)).toEqual({ '2026-01-04': 2 })
  expect((await lake.doctor()).every(({ state }) => state === 'ok')).toBe(true)
})

test('the doctor says of what is no intent that it is none, and not that a command completes it', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.store.write(intentKey('turbine/event_date=2026-01-05/'), [new TextEncoder().encode('{')])
  const changes = (await lake.doctor()).find(({ check }) => check === 'changes')
  expect(changes).toMatchObject({ state: 'failed', fix: '' })
  expect(changes?.finding).toContain(
    "event_date=2026-01-05/intent.json expected an intent of minilake, got '{': nothing was changed; remove it",
  )
})

test('rows that are written again after an interrupted removal are there again, and stay', async () => {
  const { lake, folder } = await freshLake({ tables: [turbine], resumeAfterSeconds: 1 })
  await lake.write(turbine, rows)
  await interrupt(folder, lake)
  expect(await lake.write(turbine, rows)).toMatchObject({ written: 1, unchanged: 2 })
  await lake.remove(turbine, { from: new Date('2026-01-06'), remove: true })
  expect(await counts(lake)).toEqual({ '2026-01-04': 2, '2026-01-05': 2 })
})

test('a folder of no day does not keep a range from being removed', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  await lake.store.write('turbine/event_date=abc/a.parquet', [])
  expect(await lake.remove(turbine, { from: new Date('2026-01-05') })).toMatchObject({ files: 2 })
})

describe('rows of a file', () => {
  const at = (text: string) => new Date(`${text}Z`)
  const power = async (lake: Lake) => {
    const found: unknown[] = []
    const sql =
      "SELECT strftime(event_timestamp, '%d %H') AS t FROM hive.iot_dw.turbine ORDER BY event_timestamp, power"
    for await (const { t } of lake.query(sql)) found.push(t)
    return found
  }

  test('a range that begins and ends within days: files within go whole, files at the ends are rewritten', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    await lake.write(turbine, rows)
    const range = { from: at('2026-01-04T10:00'), to: at('2026-01-06T00:00:00.001') }
    const listed = await lake.remove(turbine, range)
    expect(listed).toMatchObject({ files: 1, rewritten: 2, rows: null })
    expect(listed.folders).toMatchObject([
      { folder: 'turbine/event_date=2026-01-04/', files: 0, rewritten: 1, rows: 1 },
      { folder: 'turbine/event_date=2026-01-05/', files: 1, rewritten: 0, rows: null },
      { folder: 'turbine/event_date=2026-01-06/', files: 0, rewritten: 1, rows: 1 },
    ])
    expect(await lake.remove(turbine, { ...range, remove: true })).toEqual({ ...listed, isRemoved: true })
    expect(await power(lake)).toEqual(['04 00', '06 12'])
    expect(await lake.remove(turbine, { ...range, remove: true })).toMatchObject({ folders: [] })
    expect(await lake.verify()).toMatchObject([{ rows: 2, files: 2, differences: [], withoutTruth: [] }])
  })

  test('rows for which a condition is true go; NULL stays, and so do files without such a row', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    const { importId } = await lake.write(turbine, [
      ...rows,
      { ...rows[0], turbine_id: 't2', power: null } as never,
    ])
    const before = (await filesOf(lake)).map(({ key }) => key)
    const choice = { where: 'power < 5', to: at('2026-01-06T00:00') }
    expect(await lake.remove(turbine, choice)).toMatchObject({ rewritten: 2, files: 0, rows: 2 })
    expect((await lake.remove(turbine, { ...choice, remove: true })).rows).toBe(2)
    expect(await power(lake)).toEqual(['04 00', '04 12', '05 12', '06 00', '06 12'])
    const after = await filesOf(lake)
    expect(after.map(({ rows }) => rows)).toEqual([2, 1, 2])
    expect(after.every(({ imports }) => imports[0] === importId)).toBe(true)
    expect(after.filter(({ key }) => before.includes(key))).toHaveLength(1)
    // A file of which all rows go is not rewritten.
    expect(
      await lake.remove(turbine, { where: "turbine_id = 't1'", to: at('2026-01-06T00:00'), remove: true }),
    ).toMatchObject({
      files: 1,
      rewritten: 1,
      rows: 2,
    })
    expect(await power(lake)).toEqual(['04 00', '06 00', '06 12'])
  })

  test('rows of an unpartitioned table', async () => {
    const { partitions: _, ...plain } = turbine
    const { lake } = await freshLake({ tables: [plain] })
    await lake.write(plain, rows)
    expect(await lake.remove(plain, { from: at('2026-01-06T00:00'), remove: true })).toMatchObject({
      rewritten: 1,
      rows: 2,
    })
    expect(await power(lake)).toHaveLength(4)
  })

  test('files that have the same rows afterwards become one, and no row is lost', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    const [first, second] = rows as [(typeof rows)[0], (typeof rows)[0]]
    for (const starts of [1n, 2n, 3n]) await lake.write(turbine, [first, { ...second, starts }])
    expect(await lake.remove(turbine, { where: 'starts = 1', remove: true })).toMatchObject({ rewritten: 1 })
    expect(await lake.remove(turbine, { where: 'starts > 1', remove: true })).toMatchObject({
      rewritten: 2,
      rows: 2,
    })
    expect(await power(lake)).toEqual(['04 00', '04 00', '04 00'])
    expect(await lake.verify()).toMatchObject([{ rows: 3, files: 1, differences: [] }])
  })

  test('files that have the same rows only once others have become one become one with them', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    const [first, second] = rows as [(typeof rows)[0], (typeof rows)[0]]
    for (const [starts, kept] of [
      [1n, [first]],
      [2n, [first]],
      [3n, [first, first]],
    ] as const)
      await lake.write(turbine, [...kept, { ...second, starts }])
    expect(await lake.remove(turbine, { where: 'starts > 0', remove: true })).toMatchObject({ rewritten: 3 })
    expect(await power(lake)).toEqual(['04 00', '04 00', '04 00', '04 00'])
    expect(await lake.verify()).toMatchObject([{ rows: 4, files: 1, differences: [] }])
  })

  test('a file that cannot be read stops it before anything is removed', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    await lake.write(turbine, rows)
    const key = 'turbine/event_date=2026-01-06/broken.parquet'
    await lake.store.write(key, [new TextEncoder().encode('PAR1 nothing PAR1')])
    await expect(lake.remove(turbine, { where: 'power < 5', remove: true })).rejects.toThrow(
      `${key} cannot be read`,
    )
    await lake.remove(turbine, { from: at('2026-01-06T00:00'), remove: true })
    expect(await power(lake)).toHaveLength(4)
  })

  test('what is no data file, or of no day, stays and is named', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    await lake.write(turbine, rows)
    const untouched = ['turbine/event_date=2026-01-05/notes.txt', 'turbine/event_date=abc/a.parquet']
    for (const key of [...untouched, 'turbine/event_date=2026-01-04/notes.txt'])
      await lake.store.write(key, [])
    for (const choice of [{ where: 'power < 5' }, {}]) {
      const range = { from: at('2026-01-05T00:00'), to: at('2026-01-06T00:00'), ...choice }
      expect(await lake.remove(turbine, { ...range, remove: true })).toMatchObject({ untouched })
    }
    for (const key of untouched) expect(await lake.store.find(key)).toBeDefined()
  })
})

describe('an import', () => {
  test('is taken back by its ID or the start of it; others stay', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    const first = await lake.write(turbine, rows)
    const wrong = await lake.write(
      turbine,
      rows.map((row) => ({ ...row, power: row.power + 1 })),
    )
    const choice = { import: wrong.importId.slice(0, 8) }
    expect(await lake.remove(turbine, choice)).toMatchObject({ import: wrong.importId, files: 3, rows: 6 })
    const day = { from: new Date('2026-01-05'), to: new Date('2026-01-06') }
    expect(await lake.remove(turbine, { ...choice, ...day, remove: true })).toMatchObject({
      files: 1,
      rows: 2,
    })
    expect(await counts(lake)).toEqual({ '2026-01-04': 4, '2026-01-05': 2, '2026-01-06': 4 })
    const part = { ...choice, where: 'power > 5', from: new Date('2026-01-06T01:00:00Z') }
    expect(await lake.remove(turbine, { ...part, remove: true })).toMatchObject({ rewritten: 1, rows: 1 })
    expect(await lake.remove(turbine, { ...choice, remove: true })).toMatchObject({ files: 2, rows: 3 })
    expect(await lake.write(turbine, rows)).toMatchObject({ unchanged: 3, importId: first.importId })
  })

  test('an unknown ID: the IDs that are there, newest first', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    const { importId: older } = await lake.write(turbine, rows)
    const { importId: newer } = await lake.write(turbine, rows.slice(0, 1))
    const unknown = lake.remove(turbine, { import: '0000000000', remove: true })
    await expect(unknown).rejects.toBeInstanceOf(UsageError)
    await expect(unknown).rejects.toThrow(
      new RegExp(
        `the ID of an import of turbine, got 0000000000; it has ${newer} \\(1 row, .* UTC\\), ${older} \\(6 rows`,
      ),
    )
    expect(await lake.remove(turbine, { import: '0'.repeat(16), remove: true })).toMatchObject({
      folders: [],
    })
    await lake.remove(turbine, { import: newer, remove: true })
    expect(await lake.remove(turbine, { import: newer, remove: true })).toMatchObject({ folders: [] })
    await expect(lake.remove(turbine, { import: older.slice(0, 7) })).rejects.toThrow('at least 8 digits')
  })

  test('of which rows lie together with others is refused before anything goes', async () => {
    const { lake } = await freshLake({ tables: [turbine] })
    const day = rows.slice(0, 2)
    const ids: string[] = []
    for (const starts of [1n, 2n])
      ids.push((await lake.write(turbine, [day[0], { ...day[1], starts }] as never)).importId)
    await lake.write(turbine, rows.slice(2))
    await lake.remove(turbine, { where: 'starts > 0', remove: true }) // leaves one file of both
    const refused = lake.remove(turbine, { import: ids[0] as string, remove: true })
    await expect(refused).rejects.toThrow(
      /event_date=2026-01-04\/remove-.*by a condition \(`where`\).*overwrite-partitions/,
    )
    expect(await counts(lake)).toEqual({ '2026-01-04': 2, '2026-01-05': 2, '2026-01-06': 2 })
  })
})

test('rows of days that ended long enough ago go by their age', async () => {
  const kept = { ...turbine, retention: '1d' } as const
  const { lake } = await freshLake({ tables: [kept] })
  await lake.write(kept, rows)
  // The fifth ends one day before this moment, or one millisecond less.
  const now = new Date('2026-01-07T00:00:00Z')
  const sooner = new Date(now.getTime() - 1)
  expect(await lake.remove(kept, { olderThanDays: 1, now: sooner })).toMatchObject({ files: 1 })
  expect(await lake.remove(kept, { expired: true, now, remove: true })).toMatchObject({ files: 2 })
  expect(await counts(lake)).toEqual({ '2026-01-06': 2 })
  expect(await lake.remove(kept, { expired: true, now, remove: true })).toMatchObject({ files: 0 })
})

describe.each(['a folder', 'a bucket'])('a process that dies while rows are removed from %s', (kind) => {
  const newStore = async (): Promise<LakeStore> =>
    kind === 'a folder' ? folderStore({ folder: await freshFolder() }) : memoryStore()
  const options = { where: "turbine_id = 't2'", remove: true, duckDb: {} }
  const lakeOf = (store: LakeStore) => ({
    ...{ store, resumeAfterSeconds: 0 },
    registerTables: () => Promise.reject(new Error('none')),
  })
  const identities = async (store: LakeStore) => {
    const found: string[] = []
    for await (const file of listFiles(turbine, store, { signal: new AbortController().signal }))
      found.push(`${file.key} ${file.rows}`)
    return found
  }

  test.each([true, false])(
    'at any operation (before it: %s): the next removal completes it',
    { timeout: 300_000 },
    async (before) => {
      const signal = new AbortController().signal
      const two = rows.slice(0, 4)
      const all = [...two, ...two.map((row) => ({ ...row, turbine_id: 't2' }))]
      const source = await freshFolder()
      await writeRows(turbine, all, appendRows(turbine, folderStore({ folder: source }), { signal }), {
        signal,
      })
      const filled = async () => {
        const store = await newStore()
        for await (const { key } of folderStore({ folder: source }).list(''))
          await store.write(key, [await readFile(join(source, key))])
        return store
      }
      const whole = await filled()
      const start = await identities(whole)
      const report = await removeData(turbine, lakeOf(whole), { ...options, signal })
      expect(report).toMatchObject({ rewritten: 2, rows: 4 })
      const end = await identities(whole)
      const seen = new Set<string>()
      for (let at = 1; ; at += 4) {
        const store = await filled()
        const { dying, operations } = dyingStore(store, { at, before })
        const failure = await removeData(turbine, lakeOf(dying), { ...options, signal }).catch(
          (error: unknown) => error,
        )
        if (!(failure instanceof Error)) {
          expect(operations()).toBeLessThan(at)
          break
        }
        for (const folder of await intentFolders(store, ''))
          await finishIntent({ store }, folder, { resumeAfterSeconds: 0, signal })
        const files = await identities(store)
        // Every day is as it was or as it is to be.
        expect(files).toHaveLength(2)
        for (const file of files) expect([...start, ...end]).toContain(file)
        seen.add(files.join())
        await removeData(turbine, lakeOf(store), { ...options, signal })
        expect(await identities(store)).toEqual(end)
        expect(await intentFolders(store, '')).toEqual([])
      }
      expect(seen.size).toBe(3)
    },
  )
})

test.each([
  ['an age and a range', { olderThanDays: 1, from: new Date(0) }, /without `from` and `to`/],
  ['an age and a retention', { olderThanDays: 1, expired: true }, /`olderThan` or `expired`, got both/],
  ['a retention that the table lacks', { expired: true }, /a table with a retention, got turbine/],
  ['a negative age', { olderThanDays: -1 }, /whole number of days/],
  ['a range that ends before it starts', { from: new Date(5), to: new Date(5) }, /`from` before `to`/],
  ['an unknown column', { where: 'powr > 1' }, /got powr \(did you mean power\?\)/],
])('%s is refused, and nothing goes', async (_, choice, sentence) => {
  const { lake } = await freshLake({ tables: [turbine] })
  await lake.write(turbine, rows)
  const removal = lake.remove(turbine, { ...choice, remove: true })
  await expect(removal).rejects.toThrow(sentence)
  await expect(removal).rejects.toBeInstanceOf(UsageError)
  expect(Object.keys(await counts(lake))).toHaveLength(3)
})

test('a store in which two commands can create one lock is refused before anything goes', async () => {
  const memory = memoryStore()
  await memory.write('turbine/event_date=2026-01-05/a.parquet', [])
  const store = { ...memory, probeCreateOnce: () => Promise.resolve('check-then-write' as const) }
  const registerTables = () => Promise.resolve({ statements: [], changes: [], differences: [] })
  const options = { remove: true, duckDb: {}, signal: new AbortController().signal }
  await expect(
    removeData(turbine, { store, registerTables, resumeAfterSeconds: 60 }, options),
  ).rejects.toThrow(
    'nothing was removed: removing and replacing files expected a store that honours If-None-Match: *, but at memory two commands',
  )
  expect(await memory.find('turbine/event_date=2026-01-05/a.parquet')).toBeDefined()
})
