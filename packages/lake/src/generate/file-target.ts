import { folderStore, type ObjectStore } from '@minilake/ingest'
import type { S3StoreOptions } from '@minilake/ingest/s3'

/** Where data files are written, as plain data that a worker can be sent. */
export type FileTarget = { folder: string } | { s3: S3StoreOptions }

/** The folder or the bucket as a store. Throws a TypeError or RangeError for options that cannot be. */
export async function openTarget(target: FileTarget): Promise<ObjectStore> {
  if ('folder' in target) return folderStore(target)
  const { s3Store } = await import('@minilake/ingest/s3')
  return s3Store(target.s3)
}
