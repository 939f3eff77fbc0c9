import { truthKey } from '@minilake/generator'
import type { StoredObject } from '@minilake/ingest'
import { folderOf } from '../files/folder-of.js'
import type { LakeStore } from '../lake-backend.js'

/** Keys of the data files among the objects of one folder, and of the truth files that describe them: what goes together. */
export async function filesAndTruth(objects: readonly StoredObject[], store: LakeStore): Promise<string[]> {
  const files = objects.map(({ key }) => key).filter((key) => key.endsWith('.parquet'))
  const truths: string[] = []
  const [first] = files
  if (first !== undefined) {
    const wanted = new Set(files.map(truthKey))
    for await (const { key } of store.list(folderOf(truthKey(first)))) if (wanted.has(key)) truths.push(key)
  }
  return [...files, ...truths]
}
