import { truthKey, truthSubject } from '@minilake/generator'
import type { LakeStore } from '../lake-backend.js'
import { mappedInOrder } from './mapped-in-order.js'

const extension = '.record'

/** The key of the record of a data file: where its truth would be, with another extension. */
export function recordKey(dataKey: string): string {
  return truthKey(dataKey).replace(/\.json$/, extension)
}

/** The key of the data file that an object below `_truth/` is the record of; undefined if it is none. */
export function recordSubject(key: string): string | undefined {
  return key.endsWith(extension) ? truthSubject(`${key.slice(0, -extension.length)}.json`) : undefined
}

/**
 * Records that data files are in the lake, so that `verify` can name one that is gone. A file that has a truth needs no record. Does nothing
 * for files that have one already, and leaves none of a file that another process removes meanwhile.
 */
export async function recordFiles(
  dataKeys: readonly string[],
  store: LakeStore,
  signal?: AbortSignal,
): Promise<void> {
  const recorded = mappedInOrder(dataKeys, async (key) => {
    signal?.throwIfAborted()
    const record = new TextEncoder().encode(`${JSON.stringify({ file: key })}\n`)
    const { written } = await store.write(recordKey(key), [record])
    // Whoever removes a file removes its record afterwards: one of the two finds what the other left.
    if (written && (await store.find(key)) === undefined) await store.remove(recordKey(key))
  })
  for await (const _done of recorded);
}
