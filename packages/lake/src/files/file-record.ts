import { truthKey, truthPrefix, truthSubject } from '@minilake/generator'
import type { ObjectStore } from '@minilake/ingest'

const extension = '.record'

/** The key of the record of a data file: where its truth would be, with another extension. */
export function recordKey(dataKey: string): string {
  return truthKey(dataKey).replace(/\.json$/, extension)
}

/** Keys of the data files below a key prefix that have a record, also of those that are gone. */
export async function recordedFiles(prefix: string, store: Pick<ObjectStore, 'list'>): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(`${truthPrefix}${prefix}`))
    if (key.endsWith(extension)) keys.push(truthSubject(`${key.slice(0, -extension.length)}.json`))
  return keys
}
