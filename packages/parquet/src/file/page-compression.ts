import type { Encoding } from 'hyparquet'

/** Minimum saving for a page of dictionary indexes. Below it, this page and the rest of the chunk stay uncompressed. */
const minSaving = 1 / 8

/** A smaller page, such as one of a constant, does not tell how well the next ones compress. */
const minSampleBytes = 1024

/**
 * Makes a function that compresses the values of a chunk's data pages. It returns the values themselves when they do not get smaller.
 * Dictionary indexes are bit-packed and seldom get smaller, and trying every page would take as long as encoding them: the first
 * page that does not pay ends it.
 */
export function pageCompression(
  encoding: Encoding,
  compress: (bytes: Uint8Array) => Uint8Array,
): (values: Uint8Array) => Uint8Array {
  let pays = true
  return (values) => {
    if (!pays) return values
    const compressed = compress(values)
    if (encoding === 'RLE_DICTIONARY' && values.length >= minSampleBytes)
      pays = compressed.length <= (1 - minSaving) * values.length
    return pays && compressed.length < values.length ? compressed : values
  }
}
