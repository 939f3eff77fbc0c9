import type { ObjectStore, StoredObject } from '@minilake/ingest'
import type { StoredTruth } from '../truth/truth-file.js'

/**
 * The data files whose content is not the one that their truth speaks of, a sentence each: sums over a fleet do not tell one pump's file
 * from another's. By size and ETag; by size alone where the ETags do not compare: with keys of KMS, and where a file was put in other parts.
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
    if (etag === file.etag || partsOf(etag) !== partsOf(file.etag)) continue
    if ((await store.find(key))?.isEtagOpaque) continue
    differences.push(`${key}: content expected with the ETag ${file.etag}, got ${etag}`)
  }
  return differences.sort()
}

/** In how many parts an object with this ETag was put: 0 for at once; undefined where it is no MD5. */
function partsOf(etag: string): number | undefined {
  const [, parts] = /^[0-9a-f]{32}(?:-(\d+))?$/.exec(etag) ?? [undefined, '']
  return parts === '' ? undefined : Number(parts ?? 0)
}
