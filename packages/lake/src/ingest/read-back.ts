import { localFile, type ObjectStore, verifyObject } from '@minilake/ingest'

/** The result of reading published files back. */
export interface ReadBack {
  /** Files that were read back. */
  compared: number
  /** One sentence per file whose content differs in the store, or that could not be read. */
  differences: string[]
}

const sampleFiles = 10

/** Reads published files back, all or an evenly spread sample, and compares them with the files of the folder. */
export async function readBack(
  keys: readonly string[],
  {
    folder,
    store,
    extent,
    signal,
  }: { folder: string; store: ObjectStore; extent: 'sample' | 'all'; signal: AbortSignal },
): Promise<ReadBack> {
  const files = extent === 'all' ? keys.length : Math.min(keys.length, sampleFiles)
  const found: ReadBack = { compared: 0, differences: [] }
  for (let at = 0; at < files; at++) {
    const key = keys[Math.round((at * (keys.length - 1)) / Math.max(files - 1, 1))] as string
    try {
      const file = await localFile(folder, key)
      if (file === undefined) continue // removed meanwhile
      const { outcome, reason } = await verifyObject(file, store, { signal })
      found.compared += 1
      if (outcome !== 'same') found.differences.push(reason ?? `${store.location}/${key} is ${outcome}`)
    } catch (error) {
      signal.throwIfAborted()
      found.differences.push(error instanceof Error ? error.message : String(error))
    }
  }
  return found
}
