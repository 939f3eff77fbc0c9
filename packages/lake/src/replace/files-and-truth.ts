import { truthKey } from '@minilake/generator'
import type { ObjectStore, StoredObject } from '@minilake/ingest'
import { folderOf } from '../files/folder-of.js'

/** Keys of the data files among the objects of one folder, and of the truth files that describe them: what goes together. */
export async function filesAndTruth(
  objects: readonly StoredObject[],
  store: Pick<ObjectStore, 'list'>,
): Promise<string[]> {
  const files = objects.map(({ key }) => key).filter((key) => key.endsWith('.parquet'))
  return [...files, ...(await truthsOf(files, store))]
}

/** Keys of the truth files that describe data files of one folder, given by their keys. */
export async function truthsOf(
  files: readonly string[],
  store: Pick<ObjectStore, 'list'>,
): Promise<string[]> {
  const wanted = new Set(files.map(truthKey))
  const [first] = wanted
  const truths: string[] = []
  if (first !== undefined)
    for await (const { key } of store.list(folderOf(first))) if (wanted.has(key)) truths.push(key)
  return truths
}
