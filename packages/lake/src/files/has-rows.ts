import type { ObjectStore, StoredObject } from '@minilake/ingest'
import { readableFooter } from './lake-file.js'

/**
 * Whether a stored data file with other bytes has the rows of `file`, by the identity in its footer. False for what is not a Parquet file,
 * and for a file of the same size by the same version of the encoder: its bytes would be the same, so it is damaged.
 */
export async function hasRows(
  stored: Pick<StoredObject, 'key' | 'size'>,
  file: { size: number; rowsSha256: string; createdBy: string | undefined },
  store: Pick<ObjectStore, 'slice'>,
): Promise<boolean> {
  const footer = await readableFooter(stored, store)
  if (footer instanceof Error || footer.rowsSha256 !== file.rowsSha256) return false
  return stored.size !== file.size || footer.createdBy !== file.createdBy
}
