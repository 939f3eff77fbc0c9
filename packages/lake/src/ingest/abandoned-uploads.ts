import { truthPrefix } from '@minilake/generator'
import type { UnfinishedUpload } from '@minilake/ingest/s3'
import { type Table, tablePrefix } from '@minilake/schema'
import type { LakeStore } from '../lake-backend.js'

/** An upload counts as abandoned after this many hours without progress. */
export const abandonedAfterHours = 24

/** The unfinished uploads to a lake's tables, and those of probes; a folder has none. */
export async function unfinishedUploads(
  tables: readonly Table[],
  store: LakeStore,
): Promise<UnfinishedUpload[]> {
  if (store.unfinishedUploads === undefined) return []
  const { probeFolder } = await import('@minilake/ingest/s3')
  const ofTables = tables.flatMap((table) => [tablePrefix(table), `${truthPrefix}${tablePrefix(table)}`])
  const found: UnfinishedUpload[] = []
  for await (const upload of store.unfinishedUploads([probeFolder, ...ofTables])) found.push(upload)
  return found
}

/** The abandoned uploads among these, by the store's own clock. */
export function abandoned(uploads: readonly UnfinishedUpload[]): UnfinishedUpload[] {
  return uploads.filter(
    ({ lastActivity, listedAt }) =>
      listedAt.getTime() - lastActivity.getTime() > abandonedAfterHours * 3_600_000,
  )
}
