import type { ObjectStore } from '@minilake/ingest'
import { s3Store, type S3StoreOptions } from '@minilake/ingest/s3'
import { expect, test } from 'vitest'
import { bucket } from '../packages/ingest/test/fixtures/fake-s3.js'
import { memoryS3 } from '../packages/ingest/test/fixtures/memory-s3.js'
import { newFiles } from '../packages/lake/src/replace/new-files.js'
import { finishIntent, replaceFiles } from '../packages/lake/src/replace/replace-files.js'

const table = 'turbine'
const folder = 'turbine/event_date=2026-01-05/'
const signal = new AbortController().signal

async function keysIn(store: ObjectStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

const settings: [string, Partial<S3StoreOptions>][] = [
  ['a CRC32 of each object', {}],
  ['a SHA-256 in the metadata', { sha256InMetadata: true, checksums: 'md5' }],
  ['no checksum', { checksums: 'md5' }],
]

test.each(settings)('with KMS keys and %s, an interrupted replacement is completed', async (_, more) => {
  const { endpoint } = await memoryS3({ kms: true })
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
  const store = s3Store({ bucket, endpoint, credentials, ...more })
  await store.write(`${folder}old.parquet`, [Buffer.from('old')])
  const files = await newFiles(store, { signal })
  const rows = { rowsSha256: () => '', imports: [] }
  const file = await files.add([Buffer.from('new')], () => `${folder}new.parquet`, rows)
  const change = () => Promise.resolve({ add: [file], remove: [`${folder}old.parquet`] })
  // A process that dies when all new files are there.
  const dying = { ...store, remove: () => Promise.reject(new Error('died')) }
  const replace = (place: ObjectStore) =>
    replaceFiles({ table, folder }, change, { store: place }, { resumeAfterSeconds: 5, signal })
  await expect(replace(dying)).rejects.toThrow('half done')
  await finishIntent({ store }, folder, { resumeAfterSeconds: 0.5, signal })
  expect(await keysIn(store)).toEqual([`_truth/${folder}new.record`, `${folder}new.parquet`])
  expect(await replace(store)).toEqual({
    added: [],
    unchanged: [`${folder}new.parquet`],
    removed: [`${folder}old.parquet`],
  })
  expect(await keysIn(store)).toEqual([`_truth/${folder}new.record`, `${folder}new.parquet`])
  await files.discard()
})
