import { join } from 'node:path'
import { folderStore, memoryStore, type StoredObject } from '@minilake/ingest'
import { rowsIdentity } from '@minilake/parquet'
import { type Batch, defineTable, type Table } from '@minilake/schema'
import { expect, onTestFinished, test } from 'vitest'
import type { LakeStore } from '../../src/lake-backend.js'
import { newFiles } from '../../src/replace/new-files.js'
import { storedRows } from '../../src/replace/stored-rows.js'
import { stageFile } from '../../src/write/stage-file.js'
import { freshFolder } from '../fresh-lake.js'

const everything = defineTable({
  name: 'everything',
  columns: {
    at: { type: 'timestamp' },
    day: { type: 'date', nullable: true },
    ratio: { type: 'double', nullable: true },
    short: { type: 'real', nullable: true },
    big: { type: 'bigint', nullable: true },
    count: { type: 'integer', nullable: true },
    flag: { type: 'boolean', nullable: true },
    note: { type: 'varchar', nullable: true },
  },
})

const batch: Batch<typeof everything> = {
  rowCount: 4,
  columns: {
    at: BigInt64Array.of(-62135596800000000n, -1n, 1767225600123456n, 253402300799999999n),
    day: Int32Array.of(-719162, 0, 20454, 2932896),
    ratio: Float64Array.of(NaN, -0, 5e-324, -Infinity),
    short: Float32Array.of(NaN, -0, Math.fround(0.1), Infinity),
    big: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 0n, 7n),
    count: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, 7),
    flag: Uint8Array.of(1, 0, 1, 0),
    note: ['', 'x,"\n', '𝔘🐟', 'a'],
  },
  nulls: { note: Uint8Array.of(0, 0, 0, 1), flag: Uint8Array.of(0, 0, 1, 0) },
}

function identityOf(table: Table, batches: readonly Batch[]): string {
  const identity = rowsIdentity(table)
  for (const each of batches) identity.add(each)
  return identity.finish()
}

async function stored(store: LakeStore, table: Table, batches: readonly Batch[]): Promise<StoredObject> {
  const signal = new AbortController().signal
  const files = await newFiles(store, { tempFolder: await freshFolder(), signal })
  onTestFinished(() => files.discard())
  const rows = { prefix: 'import', imports: ['abc'] } as const
  const file = await stageFile(table, { partition: {}, batches }, files, rows)
  expect(file).toMatchObject({ imports: ['abc'] })
  expect(file.rowsSha256()).toBe(identityOf(table, batches))
  expect(await store.find(file.key)).toBeUndefined()
  expect(await file.publish(file.key)).toBe(true)
  const found = await store.find(file.key)
  expect(await found?.etag()).toBe(file.etag)
  return found as StoredObject
}

test.each(['folder', 'bucket'])('rows in a %s are read back exactly', async (kind) => {
  const store = kind === 'folder' ? folderStore({ folder: join(await freshFolder(), 'b') }) : memoryStore()
  const files = [
    await stored(store, everything, [batch]),
    await stored(store, everything, []),
    await stored(store, everything, [{ ...batch, nulls: {} }]),
  ]
  const read: Batch[] = []
  const options = { duckDb: { tempFolder: await freshFolder() }, signal: new AbortController().signal }
  for await (const each of storedRows(everything, files, store, options)) read.push(structuredClone(each))
  expect(identityOf(everything, read)).toBe(identityOf(everything, [batch, { ...batch, nulls: {} }]))
})

test('a damaged file and a value that the table cannot hold are named', async () => {
  const store = memoryStore()
  const file = await stored(store, everything, [batch])
  const narrow = defineTable({
    name: 'everything',
    columns: { at: { type: 'timestamp' }, big: { type: 'integer' } },
  })
  const options = { duckDb: {}, signal: new AbortController().signal }
  const read = async (table: Table) => {
    for await (const _ of storedRows(table, [file], store, options));
  }
  await expect(read(narrow)).rejects.toThrow(file.key)
  await store.write(file.key, [Buffer.from('PAR1 nothing PAR1')], { overwrite: true })
  await expect(read(everything)).rejects.toThrow(`${file.key} cannot be read: `)
})
