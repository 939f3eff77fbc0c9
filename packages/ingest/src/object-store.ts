import type { PartSlots } from './bytes/part-slots.js'

/** Bytes in chunks of any size, taken once. Who takes them is done with a chunk before taking the next, which may have the same buffer. */
export type ByteStream = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** Bytes that can be read again, from anywhere, as those of a file. */
export interface RereadableBytes {
  /** Bytes. */
  readonly size: number
  /** Fills `target` with what begins at `start`; rejects where so much is not there, or has changed since the first reading. */
  readInto(target: Uint8Array, start: number): Promise<void>
}

/** Whether two objects are the same: by size, then by S3 ETag. */
export interface Identity {
  /** Bytes. */
  size: number
  /** As S3 computes it over parts of our fixed size, without quotes (see `etagHasher`). */
  etag: string
}

/** An object as a listing shows it. */
export interface StoredObject {
  key: string
  /** Bytes. */
  size: number
  /** Its ETag: S3 lists it, a folder reads the file for it. */
  etag(): Promise<string>
  /** The SHA-256 of the content in hexadecimal, where its writer left one and the object was asked for by `find`. */
  readonly sha256?: string
  /** True where the ETag says nothing of the content, as with keys of KMS; known where the object was asked for by `find`. */
  readonly isEtagOpaque?: boolean
}

/** How to write an object. */
export interface WriteOptions {
  /** Replace an object that is there. Default false: what is there stays. */
  overwrite?: boolean
  /**
   * Aborting it ends the write with the signal's reason, even while the stream waits; nothing becomes visible. A request under way
   * that begins or ends an upload is waited for.
   */
  signal?: AbortSignal
  /** The same bytes, to be read again: with them a store may go on with an upload that was interrupted. Default: none. */
  reread?: RereadableBytes | undefined
  /** The SHA-256 of the bytes in hexadecimal, for stores that keep it with the object. */
  sha256?: (() => Promise<string>) | undefined
  /** Whether the caller has just seen that the key is free, so that the store need not look first. Default false. */
  isKeyFree?: boolean
  /** Shared with other writes, to limit all of them together. Default: four parts of its own. */
  slots?: PartSlots | undefined
  /** Called with the number of bytes that the store has taken since the last call. */
  onBytes?: ((bytes: number) => void) | undefined
}

/** What became of a write, and what the bytes were. */
export interface WriteResult extends Identity {
  /** False where the key was taken already and overwriting was not asked for, or where another writer ended the same upload. */
  written: boolean
  /** Parts that an interrupted upload had left, and that were not sent again; absent where there were none. */
  partsResumed?: number
  /** Why parts may be left of an upload that came to nothing, as a part of a sentence; absent where none are. */
  partsLeft?: string
}

/**
 * Where objects lie: a bucket, or a folder that stands for one. Keys are relative, with slashes. An object becomes visible
 * whole or not at all, and of writers that race for one key without `overwrite` exactly one has `written: true`.
 * Members reject with an ObjectStoreError that names the key; with a RangeError for a key that no store could hold, and with
 * the signal's reason when aborted.
 */
export interface ObjectStore {
  /** For people: `lake/iot-time-series`, `s3://iot-time-series`. */
  readonly location: string
  /**
   * Objects whose key starts with the prefix, in order of key (UTF-8 bytes, as S3 lists them); without keys of other tools
   * that `checkKey` refuses, such as `a//b`.
   */
  list(prefix: string): AsyncIterable<StoredObject>
  /** The object under exactly this key, if there is one. */
  find(key: string): Promise<StoredObject | undefined>
  /** The whole object, for small ones. */
  read(key: string): Promise<Uint8Array>
  /** The object as a stream; rejects as `read` does, and the stream does where it breaks off. */
  open(key: string): Promise<ByteStream>
  write(key: string, bytes: ByteStream, options?: WriteOptions): Promise<WriteResult>
  /** Removes an object; one that is not there is none the worse. */
  remove(key: string): Promise<void>
}

/** A store that failed: which key, where, and why (`cause`). The message is one sentence that holds no credential. */
export class ObjectStoreError extends Error {
  readonly key: string
  readonly location: string
  /** For programs: the code of S3 or of the socket, such as `NoSuchBucket` or `ECONNREFUSED`, where there is one. */
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

/**
 * Throws a RangeError for a key that cannot be both an S3 key and a path in a folder: empty, over 1,024 bytes of UTF-8
 * (S3's limit), with a backslash, a NUL, or an empty, `.` or `..` segment.
 */
export function checkKey(key: string): void {
  const bytes = new TextEncoder().encode(key).length
  if (bytes === 0 || bytes > 1024)
    throw new RangeError(`object key expected 1 to 1024 bytes, got ${bytes}: ${key}`)
  const bad = key.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')
  if (bad || /[\\\0]/.test(key)) {
    throw new RangeError(
      `object key expected names joined by single slashes, without '..', backslash or NUL, got ${JSON.stringify(key)}`,
    )
  }
}

/** Whether `checkKey` takes a key. */
export function isKey(key: string): boolean {
  try {
    checkKey(key)
    return true
  } catch {
    return false
  }
}

/** Whether no key that `checkKey` takes begins so: stores answer such a prefix with an error, folders with another folder. */
export function isPrefixOfNoKey(prefix: string): boolean {
  return /(^|\/)\.{0,2}\/|[\\\0]/.test(prefix) || new TextEncoder().encode(prefix).length > 1024
}
