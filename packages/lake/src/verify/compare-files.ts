import type { ObjectStore, StoredObject } from '@minilake/ingest'
import type { StoredTruth } from '../truth/truth-file.js'

/**
 * Compares the content of data files with what their truths recorded, one sentence per difference: sums over a fleet cannot tell one
 * pump's file from another's. Compares size and ETag, or size alone when ETags are not comparable: under SSE-KMS, and when a file was
 * uploaded in other parts.
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

/** The number of parts that an object with this ETag was uploaded in; 0 for a single put, undefined when the ETag is no MD5. */
function partsOf(etag: string): number | undefined {
  const [, parts] = /^[0-9a-f]{32}(?:-(\d+))?$/.exec(etag) ?? [undefined, '']
  return parts === '' ? undefined : Number(parts ?? 0)
}
