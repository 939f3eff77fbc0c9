import type { ByteStream, RereadableBytes } from './bytes/byte-stream.js'
import type { ChecksumAlgorithm } from './bytes/checksum.js'
import type { Identity } from './bytes/etag.js'
import type { PartSlots } from './bytes/part-slots.js'

/** An object as a listing shows it. */
export interface StoredObject {
  key: string
  /** Bytes. */
  size: number
  /** Its ETag. S3 lists it; a folder reads the file to compute it. */
  etag(): Promise<string>
  /** When it was written; absent if the store does not say. */
  readonly modified?: Date
  /** The SHA-256 of the content in hexadecimal, if its writer stored one. Only `find` returns it. */
  readonly sha256?: string
  /** True if the ETag says nothing about the content, as with KMS keys. Only `find` returns it. */
  readonly isEtagOpaque?: boolean
  /** A checksum of the whole content, big-endian in base64, if the store keeps one. Only `find` returns it. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string }
  /** Why the store does not reveal its checksum, with the fix, as half a sentence. Only `find` returns it. */
  readonly checksumDenied?: string
}

/** How to write an object. */
export interface WriteOptions {
  /** Replace an existing object. Default false: an existing object is kept. */
  overwrite?: boolean
  /**
   * Aborting it ends the write with the signal's reason, even while the stream is waiting; nothing becomes visible. The write
   * still waits for a pending request that starts or completes an upload.
   */
  signal?: AbortSignal
  /** The same bytes in a form that can be read again, so that a store can resume an interrupted upload. Default: none. */
  reread?: RereadableBytes | undefined
  /** Computes the SHA-256 of the bytes in hexadecimal, for stores that keep it with the object. */
  sha256?: (() => Promise<string>) | undefined
  /** Whether the caller has just seen that the key is free, so that the store need not check. Default false. */
  isKeyFree?: boolean
  /** Slots shared with other writes, to limit all of them together. Default: four slots of its own. */
  slots?: PartSlots | undefined
  /** Called with the number of bytes that the store has accepted since the last call. */
  onBytes?: ((bytes: number) => void) | undefined
}

/** The outcome of a write, and the identity of its bytes. */
export interface WriteResult extends Identity {
  /** False if the key was taken and `overwrite` is not set, or if another writer completed the same upload. */
  written: boolean
  /** The CRC32 of the bytes in base64, if nothing was written and the store may need it to compare them. */
  crc32?: string
  /** Parts of an interrupted upload that did not have to be sent again; absent if there were none. */
  partsResumed?: number
  /** Why parts of an unsuccessful upload may remain in the store, as half a sentence; absent if none remain. */
  partsLeft?: string
}

/**
 * Where objects are stored: a bucket, or a folder that stands for one. Keys are relative paths with slashes. An object becomes
 * visible whole or not at all. Of the writers that race for a key without `overwrite`, exactly one gets `written: true`.
 * Members reject with an ObjectStoreError that names the key, with a RangeError for a key that `checkKey` refuses, or with the
 * signal's reason once it is aborted.
 */
export interface ObjectStore {
  /** For messages: `lake/iot-time-series`, `s3://iot-time-series`. */
  readonly location: string
  /**
   * Objects whose key starts with the prefix, sorted by key (by UTF-8 bytes, as S3 lists them). Leaves out keys of other tools
   * that are not valid here, such as `a//b`.
   */
  list(prefix: string): AsyncIterable<StoredObject>
  /** The object with exactly this key, if it exists. */
  find(key: string): Promise<StoredObject | undefined>
  /**
   * Makes a function that finds many keys, best in ascending order, with fewer requests than `find`, and as a listing shows them. Only
   * stores have it whose listings return many keys per request.
   */
  finder?(): (key: string) => Promise<StoredObject | undefined>
  /** The whole object in memory, for small ones. */
  read(key: string): Promise<Uint8Array>
  /** The object's bytes from `start` up to `end` (not included), both in bytes; fewer where the object is shorter. Rejects as `read` does. */
  slice(key: string, start: number, end: number): Promise<Uint8Array>
  /** The object as a stream. Rejects as `read` does; the stream rejects if it is interrupted. */
  open(key: string): Promise<ByteStream>
  write(key: string, bytes: ByteStream, options?: WriteOptions): Promise<WriteResult>
  /** Removes an object. Resolves even if it does not exist. */
  remove(key: string): Promise<void>
}

/** A failure of a store: which key, where, and why (`cause`). The message is one sentence without credentials. */
export class ObjectStoreError extends Error {
  readonly key: string
  readonly location: string
  /** For programs: the error code of S3, of the socket or of the file system, such as `NoSuchBucket`, `ECONNREFUSED` or `EACCES`. */
  readonly code: string | undefined

  constructor(
    message: string,
    {
      key,
      location,
      cause,
      code,
    }: { key: string; location: string; cause: unknown; code?: string | undefined },
  ) {
    super(message, { cause })
    this.name = 'ObjectStoreError'
    this.key = key
    this.location = location
    this.code = code
  }
}
