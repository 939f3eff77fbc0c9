import { type ObjectStore, ObjectStoreError, type StoredObject } from '@minilake/ingest'
import { storedFooter } from './stored-footer.js'

/** Whether a stored data file has these rows, by the identity in its footer. False for what is not a Parquet file. */
export async function hasRows(
  stored: Pick<StoredObject, 'key' | 'size'>,
  rowsSha256: string,
  store: Pick<ObjectStore, 'slice'>,
): Promise<boolean> {
  const footer = await storedFooter(stored, store).catch((error: unknown) => {
    if (error instanceof ObjectStoreError) throw error
    return undefined
  })
  return footer?.rowsSha256 === rowsSha256
}
