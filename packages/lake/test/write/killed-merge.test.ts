import { join } from 'node:path'
import { folderStore, memoryStore } from '@minilake/ingest'
import { type Batch, batchesOf, defineTable, type InputRow } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import type { LakeStore } from '../../src/lake-backend.js'
import { finishIntent } from '../../src/replace/replace-files.js'
import { mergePartitions } from '../../src/write/merge-partitions.js'
import { overwritePartitions } from '../../src/write/overwrite-partitions.js'
import { dyingStore } from '../dying-store.js'
import { freshFolder } from '../fresh-lake.js'

const readings = defineTable({
  name: 'readings',
  columns: { at: { type: 'timestamp' }, value: { type: 'integer' } },
  partitions: { event_date: { from: 'at', by: 'day' } },
  sortedBy: ['at'],
  key: ['at'],
})
const folder = 'readings/event_date=2026-01-05/'
type Row = InputRow<typeof readings>

const row = (hour: number, value: number): Row => ({ at: new Date(Date.UTC(2026, 0, 5, hour)), value })
const stores = {
  'a folder': async (): Promise<LakeStore> => folderStore({ folder: join(await freshFolder(), 'lake') }),
  'a bucket': (): Promise<LakeStore> => Promise.resolve(memoryStore()),
}
const modes = { merge: mergePartitions, 'overwrite-partitions': overwritePartitions }
const signal = new AbortController().signal

async function write(store: LakeStore, mode: keyof typeof modes, rows: Row[]) {
  const target = modes[mode](readings, { store }, { duckDb: { threads: 1 }, resumeAfterSeconds: 5, signal })
  try {
    const batches = (async function* () {
      yield* batchesOf(readings, rows)
    })()
    await target.stage(batches as AsyncIterable<Batch>, { prefix: 'write', maxPartitions: 10 })
    return await target.publish()
  } finally {
    await target.discard()
  }
}

type Content = Map<string, Uint8Array>

/** Everything in a store, by key. Files with the same rows have the same name and bytes. */
async function contentOf(store: LakeStore): Promise<Content> {
  const content: Content = new Map()
  for await (const { key } of store.list('')) content.set(key, await store.read(key))
  return content
}

describe.each(Object.entries(stores))('in %s', (_, newStore) => {
  test.each([true, false])(
    'a merge that dies at any operation (before it: %s) leaves the partition old or new, and a rerun finishes it',
    { timeout: 180_000 },
    async (isBefore) => {
      const rows = [row(2, 20), row(3, 30)]
      const model = await newStore()
      await write(model, 'merge', [row(1, 1), row(2, 2)])
      const before = await contentOf(model)
      expect(await write(model, 'merge', rows)).toMatchObject({ merged: { inserted: 1, replaced: 1 } })
      const after = await contentOf(model)
      const ends = new Set<Content>()
      for (let at = 1; ; at += 1) {
        const store = await newStore()
        for (const [key, bytes] of before) await store.write(key, [bytes])
        const { dying, operations } = dyingStore(store, { at, before: isBefore })
        const error = await write(dying, 'merge', rows).catch((e: unknown) => e)
        await finishIntent({ store }, folder, { resumeAfterSeconds: 0, signal })
        const content = await contentOf(store)
        const end = [...content.keys()].join() === [...before.keys()].join() ? before : after
        expect(content, `died at ${at}`).toEqual(end)
        ends.add(end)
        if (!(error instanceof Error)) {
          expect(operations()).toBeLessThan(at)
          break
        }
        if (end === after) continue
        await write(store, 'merge', rows)
        expect(await contentOf(store), `rerun after ${at}`).toEqual(after)
      }
      expect(ends.size).toBe(2)
    },
  )

  test.each(Object.keys(modes) as (keyof typeof modes)[])(
    'two at once in mode %s end in the rows of one after the other',
    async (mode) => {
      const [one, two] = [[row(1, 1)], [row(1, 2)]]
      const results: Content[] = []
      for (const rows of [one, two]) {
        const store = await newStore()
        await write(store, mode, rows)
        results.push(await contentOf(store))
      }
      const store = await newStore()
      await Promise.all([write(store, mode, one), write(store, mode, two)])
      // A merged file also names the import that it replaced, so only names are compared.
      const names = (content: Content) => [...content.keys()]
      expect(results.map(names)).toContainEqual(names(await contentOf(store)))
    },
  )
})
