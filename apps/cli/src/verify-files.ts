import type { ObjectStore, StoredObject } from '@minilake/ingest'
import type { StoredTruth } from './truth-file.js'

/**
 * The data files whose content is not the one that their truth speaks of, a sentence each: sums over a fleet do not tell one pump's file
 * from another's. By size and ETag; by size alone where an ETag says nothing of the content, as with keys of KMS.
 */
export async function compareFiles(
  files: ReadonlyMap<string, StoredObject>,
  truths: ReadonlyMap<string, StoredTruth>,
  store: Pick<ObjectStore, 'find'>,
): Promise<string[]> {
  const differences: string[] = []
  for (const [key, { file }] of truths) {
    const stored = files.get(key)
    if (stored === undefined) continue
    if (stored.size !== file.size) {
      differences.push(`${key}: size expected ${file.size} bytes, got ${stored.size}`)
      continue
    }
    const etag = await stored.etag()
    if (etag === file.etag || (await store.find(key))?.isEtagOpaque) continue
    differences.push(`${key}: content expected with the ETag ${file.etag}, got ${etag}`)
  }
  return differences.sort()
}
