import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { folderStore, memoryStore } from '@minilake/ingest'
import { pumpDaily } from '@minilake/schema'
import { expect, test } from 'vitest'
import { dropTable } from '../../src/drop/drop-table.js'
import { UsageError } from '../../src/index.js'
import type { LakeStore } from '../../src/lake-backend.js'
import { intentKey } from '../../src/replace/intent.js'
import { dyingStore } from '../dying-store.js'
import { freshFolder, freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const rows = ['2026-01-04', '2026-01-05'].map((day) => ({
  event_timestamp: new Date(`${day}T10:00:00Z`),
  turbine_id: 't1',
}))

async function keysOf(store: LakeStore) {
  const keys: string[] = []
  for await (const { key } of store.list('')) if (!key.endsWith('.record')) keys.push(key)
  return keys
}

test('data go with their truth and what interrupted changes left; other tables and other files stay', async () => {
  const { lake, folder } = await freshLake({ tables: [turbine, pumpDaily], resumeAfterSeconds: 1 })
  await lake.write(turbine, rows)
  await lake.generate(pumpDaily, { from: '2026-01-01', days: 2, intervalSeconds: 600 }, { workers: 1 })
  await lake.ingest()
  const notes = 'pump_daily/event_date=2026-01-01/notes.txt'
  await lake.store.write(notes, [])
  const listed = await lake.drop(pumpDaily, { data: true })
  expect(listed).toMatchObject({
    isRegistered: null,
    files: 2,
    truths: 2,
    leftovers: 0,
    isDropped: false,
    untouched: [notes],
  })
  expect(await keysOf(lake.store)).toHaveLength(7)
  expect(await lake.drop('pump_daily', { data: true, remove: true })).toEqual({ ...listed, isDropped: true })
  expect((await keysOf(lake.store)).filter((key) => !key.startsWith('turbine/'))).toEqual([notes])
  expect(await lake.drop(pumpDaily, { data: true, remove: true })).toMatchObject({ files: 0, truths: 0 })

  // A process has died while it replaced a day.
  const day = 'turbine/event_date=2026-01-05/'
  const id = '00000000-0000-4000-8000-000000000000'
  const intent = { id, table: 'turbine', folder: day, add: [], remove: [], startedAt: '2026-01-05T00:00:00Z' }
  await lake.store.write(intentKey(day), [new TextEncoder().encode(JSON.stringify(intent))])
  const root = join(folder, 'lake', 'iot-time-series')
  await rename(join(root, day), join(root, '_intents', `${day}${id}.old`))
  expect(await lake.drop(turbine)).toMatchObject({ isRegistered: null, files: 0, leftovers: 0 })
  expect(await lake.drop(turbine, { data: true })).toMatchObject({ files: 1, leftovers: 2 })
  await lake.drop(turbine, { data: true, remove: true })
  expect(await keysOf(lake.store)).toEqual([notes])
})

test.each(['a folder', 'a bucket'])(
  'killed at any operation in %s, the next drop completes it',
  async (kind) => {
    const signal = new AbortController().signal
    for (let at = 1; ; at += 1) {
      const store: LakeStore =
        kind === 'a folder' ? folderStore({ folder: await freshFolder() }) : memoryStore()
      const keys = ['04', '05'].flatMap((day) =>
        ['a', 'b'].map((name) => `turbine/event_date=2026-01-${day}/${name}`),
      )
      for (const key of keys) await store.write(`${key}.parquet`, [])
      await store.write(`_truth/${keys[0]}.json`, [])
      await store.write('turbines/a.parquet', [])
      const options = { data: true, remove: true, signal }
      const { dying, operations } = dyingStore(store, { at, before: at % 2 === 0 })
      const drop = (on: LakeStore) =>
        dropTable(turbine, { profile: 'embedded', store: on, resumeAfterSeconds: 0 }, options)
      const failure = await drop(dying).catch((error: unknown) => error)
      expect(await drop(store)).toMatchObject({ isDropped: true })
      expect(await keysOf(store)).toEqual(['turbines/a.parquet'])
      if (!(failure instanceof Error)) {
        expect(operations()).toBeLessThan(at)
        break
      }
    }
  },
)

test('an embedded lake knows only its defined tables', async () => {
  const { lake } = await freshLake({ tables: [turbine] })
  const unknown = lake.drop('turbin', { remove: true })
  await expect(unknown).rejects.toBeInstanceOf(UsageError)
  await expect(unknown).rejects.toThrow(
    'expected a table of this lake (turbine), got turbin (did you mean turbine?)',
  )
})
