import { folderStore, type ObjectStore } from '@minilake/ingest'
import type { S3StoreOptions } from '@minilake/ingest/s3'

/** Where data files are written, as plain data that can be sent to a worker. */
export type FileTarget = { folder: string } | { s3: S3StoreOptions }

/** Opens the folder or the bucket as a store. Throws a TypeError or RangeError for invalid options. */
export async function openTarget(target: FileTarget): Promise<ObjectStore> {
  if ('folder' in target) return folderStore(target)
  const { s3Store } = await import('@minilake/ingest/s3')
  return s3Store(target.s3)
}
