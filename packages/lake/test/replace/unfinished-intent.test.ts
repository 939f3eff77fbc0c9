import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { Lake } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const folder = '_intents/turbine/event_date=2026-01-05/'
const left = `${folder}.intent.json.1c2d9d0e-3f4a-4b5c-8d6e-7f8091a2b3c4.part`
const living = `${folder}.intent.json.2c2d9d0e-3f4a-4b5c-8d6e-7f8091a2b3c4.part`
const row = { event_timestamp: new Date('2026-01-05T00:00:00Z'), turbine_id: 't1', power: 1, starts: null }

const commands: Record<string, (lake: Lake) => Promise<unknown>> = {
  write: (lake) => lake.write(turbine, [row]),
  'write, mode overwrite-partitions': (lake) =>
    lake.write(turbine, [{ ...row, power: 2 }], { mode: 'overwrite-partitions' }),
  remove: (lake) => lake.remove(turbine, { remove: true }),
  drop: (lake) => lake.drop(turbine, { data: true, remove: true }),
}

test.each(Object.keys(commands))(
  '%s removes an intent that a killed process has half written, but not a new one',
  async (name) => {
    const { lake } = await freshLake({ tables: [turbine] })
    await lake.write(turbine, [row])
    for (const key of [left, living]) {
      const path = join(lake.store.location, key)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, '{')
    }
    const aMinuteAgo = new Date(new Date().getTime() - 61_000)
    await utimes(join(lake.store.location, left), aMinuteAgo, aMinuteAgo)
    await commands[name]?.(lake)
    const keys: string[] = []
    for await (const { key } of lake.store.unfinished?.() ?? []) keys.push(key)
    expect(keys).toEqual([living])
  },
)
