import type { LakeStore } from '../lake-backend.js'
import type { AddedFile } from './intent.js'

/**
 * Whether a store has a file of this content under its key. Where an ETag says nothing, as with KMS keys, the SHA-256 in the object's
 * metadata decides, else its CRC32. Where the store keeps neither, the size does: the key itself names the rows.
 */
export async function holdsFile(
  store: LakeStore,
  { key, size, etag, sha256, crc32 }: Omit<AddedFile, 'wasThere'>,
): Promise<boolean> {
  const found = await store.find(key)
  if (found === undefined || found.size !== size) return false
  if ((await found.etag()) === etag) return true
  if (found.isEtagOpaque !== true) return false
  if (found.sha256 !== undefined && sha256 !== undefined) return found.sha256 === sha256
  if (found.checksum?.algorithm === 'CRC32' && crc32 !== undefined) return found.checksum.value === crc32
  return true
}
