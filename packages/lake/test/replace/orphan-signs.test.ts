import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { memoryStore, ObjectStoreError } from '@minilake/ingest'
import { expect, test } from 'vitest'
import type { Lake } from '../../src/index.js'
import { settleIntents } from '../../src/replace/settle-intents.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

const folder = '_intents/turbine/event_date=2026-01-05/'
const dead = `${folder}1c2d9d0e-3f4a-4b5c-8d6e-7f8091a2b3c4.0.owner.json`
const recent = `${folder}2c2d9d0e-3f4a-4b5c-8d6e-7f8091a2b3c4.1.owner.json`
const row = { event_timestamp: new Date('2026-01-05T00:00:00Z'), turbine_id: 't1', power: 1, starts: null }

const commands: Record<string, (lake: Lake) => Promise<unknown>> = {
  write: (lake) => lake.write(turbine, [row]),
  remove: (lake) => lake.remove(turbine, { remove: true }),
  rewrite: (lake) => lake.rewrite(turbine, { rewrite: true }),
}

async function keysBelow({ store }: Lake, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

test.each(Object.keys(commands))(
  '%s removes an old sign of life of a change that is over, but not a recent one',
  async (name) => {
    const { lake } = await freshLake({ tables: [turbine] })
    await lake.write(turbine, [row])
    for (const key of [dead, recent]) {
      const path = join(lake.store.location, key)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, '{"count":1}\n')
    }
    const aMinuteAgo = new Date(new Date().getTime() - 61_000)
    await utimes(join(lake.store.location, dead), aMinuteAgo, aMinuteAgo)
    const changes = (await lake.doctor()).find(({ check }) => check === 'changes')
    expect(changes).toMatchObject({
      state: 'ok',
      finding: expect.stringContaining(
        `none is unfinished; 2 objects of a change that is over, such as ${dead}`,
      ),
    })
    await commands[name]?.(lake)
    expect(await keysBelow(lake, '_intents/')).toEqual([recent])
  },
)

test('in a bucket, the key that maintains removes it; a key that may only publish is not in the way', async () => {
  const store = { ...memoryStore(), now: () => Promise.resolve(new Date(new Date().getTime() + 61_000)) }
  const refused = (key: string) =>
    Promise.reject(
      new ObjectStoreError('Access Denied', {
        ...{ key, location: store.location, code: 'AccessDenied' },
        cause: undefined,
      }),
    )
  const publishing = { ...store, remove: refused }
  await store.write(dead, [new TextEncoder().encode('{"count":1}')])
  const lake = {
    store: publishing,
    resumeAfterSeconds: 60,
    registerTables: () => Promise.resolve({ statements: [], changes: [], differences: [] }),
  }
  const { signal } = new AbortController()
  await settleIntents([turbine], lake, { signal })
  expect(await store.find(dead)).toBeDefined()
  const maintenance = { store, keyName: 'maintain', fix: '' }
  await settleIntents([turbine], { ...lake, maintenance }, { signal })
  expect(await store.find(dead)).toBeUndefined()
})
