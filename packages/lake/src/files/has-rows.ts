import { isDeepStrictEqual } from 'node:util'
import { type ObjectStore, ObjectStoreError, type StoredObject } from '@minilake/ingest'
import { importsOf } from './imports-of.js'
import { readableFooter } from './lake-file.js'

/**
 * Whether a stored data file with other bytes has the rows of `file`, by the identity in its footer. False for what is not a Parquet file,
 * and for a file of the same size by the same version of the encoder and of the same import: its bytes would be the same, so it is damaged.
 * Rejects as the store does.
 */
export async function hasRows(
  stored: Pick<StoredObject, 'key' | 'size'>,
  file: { size: number; rowsSha256: string; createdBy: string | undefined; imports: readonly string[] },
  store: Pick<ObjectStore, 'slice'>,
): Promise<boolean> {
  const footer = await readableFooter(stored, store)
  if (footer instanceof ObjectStoreError) throw footer
  if (footer instanceof Error || footer.rowsSha256 !== file.rowsSha256) return false
  const isOfSameWriter =
    footer.createdBy === file.createdBy && isDeepStrictEqual(importsOf(footer), file.imports)
  return stored.size !== file.size || !isOfSameWriter
}
