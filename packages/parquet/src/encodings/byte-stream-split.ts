/** Encodes as BYTE_STREAM_SPLIT (Parquet's Encodings.md): the first byte of every value, then the second of every value, and so on. */
export function byteStreamSplit(values: Uint8Array, valueBytes: number): Uint8Array {
  const count = values.length / valueBytes
  const split = new Uint8Array(values.length)
  for (let stream = 0; stream < valueBytes; stream++) {
    for (let value = 0; value < count; value++) {
      split[stream * count + value] = values[value * valueBytes + stream] ?? 0
    }
  }
  return split
}
