import { setTimeout as wait } from 'node:timers/promises'
import { recordedFiles, recordKey } from '../files/file-record.js'
import { mappedInOrder } from '../files/mapped-in-order.js'
import type { LakeStore } from '../lake-backend.js'

/** How long a folder that is being replaced may be away. */
const longestAwayMillis = 100

/**
 * Records that data files are in the lake, so that `verify` can name one that is gone. A file that has a truth needs no record. Does nothing
 * for files that have one already, and leaves none of a file that another process removes meanwhile.
 */
export async function recordFiles(
  dataKeys: readonly string[],
  store: LakeStore,
  signal?: AbortSignal,
): Promise<void> {
  const isThere = async (key: string) => (await store.find(key)) !== undefined
  const recorded = mappedInOrder(dataKeys, async (key) => {
    signal?.throwIfAborted()
    const record = new TextEncoder().encode(`${JSON.stringify({ file: key })}\n`)
    const { written } = await store.write(recordKey(key), [record])
    // Whoever removes a file looks for its record afterwards: one of the two finds what the other left.
    if (!written || (await isThere(key))) return
    await wait(longestAwayMillis)
    if (!(await isThere(key))) await store.remove(recordKey(key))
  })
  for await (const _done of recorded);
}

/** Removes the records of data files that have been removed from one folder. */
export async function removeRecords(
  folder: string,
  removed: readonly string[],
  store: LakeStore,
): Promise<void> {
  const gone = new Set(removed)
  for (const key of await recordedFiles(folder, store)) if (gone.has(key)) await store.remove(recordKey(key))
}
