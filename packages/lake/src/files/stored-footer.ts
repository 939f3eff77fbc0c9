import type { ObjectStore, StoredObject } from '@minilake/ingest'
import { type Footer, readFooter } from '@minilake/parquet'

/** The end of a file that holds the whole footer of nearly every one; small files are read in one request. */
const tailBytes = 64 * 1024

/** Reads the footer of a data file in a store: a few KiB, whatever the size of the file. Rejects as `readFooter` and the store do. */
export async function storedFooter(
  { key, size }: Pick<StoredObject, 'key' | 'size'>,
  store: Pick<ObjectStore, 'slice'>,
): Promise<Footer> {
  const tailStart = Math.max(0, size - tailBytes)
  let tail: Promise<Uint8Array> | undefined
  const slice = async (start: number, end = size) => {
    if (start < tailStart) return new Uint8Array(await store.slice(key, start, end)).buffer
    const bytes = await (tail ??= store.slice(key, tailStart, size))
    return new Uint8Array(bytes.subarray(start - tailStart, end - tailStart)).buffer
  }
  return readFooter({ byteLength: size, slice })
}
