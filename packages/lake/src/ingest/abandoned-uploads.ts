import { stagingPrefix } from '@minilake/catalog'
import { truthPrefix } from '@minilake/generator'
import type { UnfinishedUpload } from '@minilake/ingest/s3'
import { type Table, tablePrefix } from '@minilake/schema'
import type { LakeStore } from '../lake-backend.js'

/** An upload, or an unfinished file, counts as abandoned after this many hours without progress. */
export const abandonedAfterHours = 24

/** The unfinished uploads to a lake's tables, of staged files and of probes; a folder has none. */
export async function unfinishedUploads(
  tables: readonly Table[],
  store: LakeStore,
): Promise<UnfinishedUpload[]> {
  if (store.unfinishedUploads === undefined) return []
  const { probeFolder } = await import('@minilake/ingest/s3')
  const ofTables = tables.flatMap((table) => [tablePrefix(table), `${truthPrefix}${tablePrefix(table)}`])
  const found: UnfinishedUpload[] = []
  for await (const upload of store.unfinishedUploads([probeFolder, stagingPrefix, ...ofTables]))
    found.push(upload)
  return found
}

/** The abandoned ones among unfinished uploads or files, by the store's own clock. The others may be of writers at work. */
export function abandoned<T extends { lastActivity: Date; listedAt: Date }>(unfinished: readonly T[]): T[] {
  return unfinished.filter(
    ({ lastActivity, listedAt }) =>
      listedAt.getTime() - lastActivity.getTime() > abandonedAfterHours * 3_600_000,
  )
}
