import { createHash } from 'node:crypto'
import { memoryStore } from '@minilake/ingest'
import { expect, test } from 'vitest'
import type { NewFile } from '../../src/replace/file-change.js'
import { replaceFiles } from '../../src/replace/replace-files.js'

const folder = 'turbine/event_date=2026-01-05/'

test('a process that registers the partition in between and dies: no file goes while the partition is registered', async () => {
  const store = memoryStore()
  const old = [`${folder}a`, `${folder}b`]
  for (const key of old) await store.write(key, [])
  let isRegistered = true
  const catalog = {
    unregister: () => Promise.resolve(void (isRegistered = false)),
    register: () => Promise.resolve(void (isRegistered = true)),
  }
  const bytes = new TextEncoder().encode('new')
  const added: NewFile = {
    ...{ key: `${folder}c`, size: bytes.length, etag: createHash('md5').update(bytes).digest('hex') },
    publish: async (key) => {
      expect(isRegistered).toBe(false)
      await catalog.register() // by a process that looked before the intent was written
      return (await store.write(key, [bytes])).written
    },
  }
  const removing = {
    ...store,
    remove: async (key: string) => {
      if (old.includes(key)) expect(isRegistered).toBe(false)
      await store.remove(key)
    },
  }
  const options = { resumeAfterSeconds: 60, signal: new AbortController().signal }
  const change = () => Promise.resolve({ add: [added], remove: old })
  await replaceFiles({ table: 'turbine', folder }, change, { store: removing, catalog }, options)
  expect(isRegistered).toBe(true)
})
