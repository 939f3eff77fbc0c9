/**
 * Bytes in chunks of any size, consumed once. Finish with each chunk before pulling the next: the producer may reuse the
 * buffer.
 */
export type ByteStream = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** Bytes that can be read again at any offset, such as those of a file. */
export interface RereadableBytes {
  /** Bytes. */
  readonly size: number
  /** Fills `target` from the offset `start`. Rejects if there are fewer bytes, or if they have changed since the first read. */
  readInto(target: Uint8Array, start: number): Promise<void>
}
