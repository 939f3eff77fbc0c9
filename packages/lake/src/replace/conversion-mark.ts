import type { Table } from '@minilake/schema'
import { readIfThere } from '../files/read-if-there.js'
import type { LakeStore } from '../lake-backend.js'
import { intentPrefix, tableLockPrefix } from './intent.js'

const markPrefix = `${intentPrefix}${tableLockPrefix}`
const markName = '/convert.json'

/**
 * The object that stands from before the first renaming of a conversion to Iceberg until all files are in the Iceberg table. While it stands,
 * no file of the Hive table is removed or replaced.
 */
export function conversionMarkKey({ name }: Pick<Table, 'name'>): string {
  return `${markPrefix}${name}${markName}`
}

/** Whether the conversion of a table is between its first renaming and its end. */
export async function isConversionMarked(table: Pick<Table, 'name'>, store: LakeStore): Promise<boolean> {
  return (await readIfThere(store, conversionMarkKey(table))) !== undefined
}

/** The tables whose conversion is between its first renaming and its end. */
export async function unfinishedConversions(store: LakeStore): Promise<string[]> {
  const names: string[] = []
  for await (const { key } of store.list(markPrefix))
    if (key.endsWith(markName)) names.push(key.slice(markPrefix.length, -markName.length))
  return names
}
