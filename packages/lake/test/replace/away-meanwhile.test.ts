import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { folderStore } from '@minilake/ingest'
import { expect, test } from 'vitest'
import { dropTable } from '../../src/drop/drop-table.js'
import type { LakeStore } from '../../src/lake-backend.js'
import { removeData } from '../../src/remove/remove-data.js'
import { replaceFiles } from '../../src/replace/replace-files.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const day = 'turbine/event_date=2026-01-05/'
const signal = new AbortController().signal
const rows = ['2026-01-04', '2026-01-05'].flatMap((date) =>
  [1, 2].map((power) => ({ event_timestamp: new Date(`${date}T10:00:00Z`), turbine_id: 't1', power })),
)

/**
 * A store that begins to change a day when somebody first lists the table, and has the day's folder away until that listing
 * has ended; the change removes one file and keeps the others.
 */
function changingStore(root: string): { store: LakeStore; changed: () => Promise<unknown> } {
  const store = folderStore({ folder: root })
  let hasBegun = false
  let change: Promise<unknown> = Promise.resolve()
  const begin = (listed: Promise<void>) =>
    new Promise<void>((isAway) => {
      const away = join(root, '_away')
      const slow: LakeStore = {
        ...store,
        replaceFolder: async (...args) => {
          await rename(join(root, day), away)
          isAway()
          await listed
          await mkdir(join(root, 'turbine'), { recursive: true }) // it goes with its last folder
          await rename(away, join(root, day))
          await store.replaceFolder(...args)
        },
      }
      const decide = async () => Promise.resolve({ add: [], remove: [`${day}extra`] })
      change = replaceFiles({ table: 'turbine', folder: day }, decide, { store: slow }, held)
    })
  return {
    changed: () => change,
    store: {
      ...store,
      list: (prefix) =>
        (async function* () {
          if (prefix !== 'turbine/' || hasBegun) {
            yield* store.list(prefix)
            return
          }
          hasBegun = true
          let hasListed = () => {}
          await begin(new Promise((resolve) => (hasListed = resolve)))
          const objects = []
          for await (const object of store.list(prefix)) objects.push(object)
          setTimeout(hasListed, 50)
          yield* objects
        })(),
    },
  }
}
const held = { resumeAfterSeconds: 60, signal }

const lakeOn = (store: LakeStore) => ({
  ...{ store, tables: [turbine], resumeAfterSeconds: 60 },
  registerTables: () => Promise.resolve({ statements: [], changes: [], differences: [] }),
})
const removals: Record<string, (store: LakeStore) => Promise<unknown>> = {
  'remove all': (store) => removeData(turbine, lakeOn(store), { remove: true, duckDb: {}, signal }),
  'remove rows': (store) =>
    removeData(turbine, lakeOn(store), { remove: true, where: 'power > 0', duckDb: {}, signal }),
  'drop the data': (store) =>
    dropTable(turbine, lakeOn(store) as never, { data: true, remove: true, signal }),
}

test.each(Object.entries(removals))(
  '%s: a day whose folder another process has away meanwhile goes too',
  async (_, removal) => {
    const { lake, folder } = await freshLake({ tables: [turbine] })
    await lake.write(turbine, rows)
    const { store, changed } = changingStore(join(folder, 'lake', 'iot-time-series'))
    await store.write(`${day}extra`, [])
    await removal(store)
    await changed()
    const left: string[] = []
    for await (const { key } of lake.store.list('')) left.push(key)
    expect(left).toEqual([])
  },
)
