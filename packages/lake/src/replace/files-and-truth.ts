import { truthKey } from '@minilake/generator'
import type { ObjectStore, StoredObject } from '@minilake/ingest'
import { folderOf } from '../files/folder-of.js'
import { recordKey } from '../files/file-record.js'

/** What describes data files, by key. */
export interface Descriptions {
  truths: string[]
  records: string[]
}

/** Keys of the data files among the objects of one folder, and of their truths and records: what goes together. */
export async function filesAndTruth(
  objects: readonly StoredObject[],
  store: Pick<ObjectStore, 'list'>,
): Promise<string[]> {
  const files = objects.map(({ key }) => key).filter((key) => key.endsWith('.parquet'))
  const { truths, records } = await descriptionsOf(files, store)
  return [...files, ...truths, ...records]
}

/** The truths and records of data files of one folder, given by their keys. */
export async function descriptionsOf(
  files: readonly string[],
  store: Pick<ObjectStore, 'list'>,
): Promise<Descriptions> {
  const [truths, records] = [new Set(files.map(truthKey)), new Set(files.map(recordKey))]
  const found: Descriptions = { truths: [], records: [] }
  const [first] = truths
  if (first !== undefined)
    for await (const { key } of store.list(folderOf(first))) {
      if (truths.has(key)) found.truths.push(key)
      if (records.has(key)) found.records.push(key)
    }
  return found
}
