import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { ByteStream, RereadableBytes } from '../bytes/byte-stream.js'
import { checkKey as checkAnyKey } from '../object-key.js'
import { type ObjectStore, ObjectStoreError } from '../object-store.js'
import { describeSystemError } from '../system-error.js'
import type { S3Action } from './errors/error-sentences.js'
import { checkRemoval } from './check-removal.js'
import { findObject } from './read/head-object.js'
import { listUploads, type UnfinishedUpload } from './write/list-uploads.js'
import { objectLists } from './read/object-lists.js'
import { objectReads } from './read/object-reads.js'
import { type CreateOnce, probeFolder } from './write/probe-create-once.js'
import { rememberedCreateOnce } from './write/remembered-create-once.js'
import { respondedAt, s3Client } from './client/s3-client.js'
import { partsLeftReason, s3Failure, withReason } from './errors/s3-failure.js'
import { resolveS3Options, type S3StoreOptions } from './client/s3-options.js'
import { abortUpload } from './write/upload-requests.js'
import { writeObject } from './write/write-object.js'

export { type UnfinishedUpload } from './write/list-uploads.js'
export { type CreateOnce, probeFolder } from './write/probe-create-once.js'
export type { Checksums, S3Credentials, S3StoreOptions } from './client/s3-options.js'

/** A bucket, or a folder in one, as an object store, and what only a bucket can do. Its members reject as those of every ObjectStore do. */
export interface S3Store extends ObjectStore {
  /**
   * The folders directly below a key prefix that ends with a slash, or below the store (''), each with its slash and in order:
   * `pump_daily/event_date=2026-01-01/`. One request finds up to 1,000, however many objects they have.
   */
  folders(prefix: string): AsyncIterable<string>
  /** The time by the store's clock, which `modified` is of, rounded up to whole seconds. Undefined if the store does not say. */
  now(): Promise<Date | undefined>
  /** Uploads that were started and not finished, of keys with one of the prefixes (default: all). Includes running uploads. */
  unfinishedUploads(prefixes?: readonly string[]): AsyncIterable<UnfinishedUpload>
  /** Removes an unfinished upload and its parts. Resolves even if it no longer exists. */
  abortUpload(upload: Pick<UnfinishedUpload, 'key' | 'uploadId'>): Promise<void>
  /**
   * Rejects unless objects with this prefix may be removed. Changes nothing, but in a versioned bucket it may leave a delete marker of a
   * random key if the user may not remove versions.
   */
  checkRemoval(prefix: string, options?: { signal?: AbortSignal | undefined }): Promise<void>
  /**
   * What happens if writers race for a key. If the result is 'check-then-write', this store object checks each key right before a
   * write without `overwrite` from then on. It is found out with a few small objects under `probeFolder`, which are removed again, and
   * remembered in the bucket, in `_probe/result.json`: for this endpoint, and for 30 days. `renew` (default false) finds it out again.
   */
  probeCreateOnce(options?: {
    renew?: boolean | undefined
    signal?: AbortSignal | undefined
  }): Promise<CreateOnce>
}

/**
 * A bucket of Amazon S3, MinIO or another S3 store, or the part of it below `keyPrefix`, as an object store. Objects up to `partBytes`
 * are uploaded in one request, larger ones in parts of that size, as many at a time as there are slots. An interrupted upload is resumed
 * if its bytes can be read again; the store alone keeps its state. Throws a TypeError or RangeError for invalid options. Failures carry
 * the `code` of S3 or of the socket.
 *
 * @example
 * ```ts
 * import { localFiles, publish } from '@minilake/ingest'
 * import { s3Store } from '@minilake/ingest/s3'
 *
 * const store = s3Store({
 *   bucket: 'iot-time-series',
 *   endpoint: 'http://127.0.0.1:9000',
 *   credentials: { accessKeyId: 'lake', secretAccessKey: 'lake-secret' },
 * })
 * console.log(await publish(localFiles('out'), store))
 * ```
 */
export function s3Store(options: S3StoreOptions): S3Store {
  const resolved = resolveS3Options(options)
  const { bucket, keyPrefix, region, endpoint = "Amazon's S3", checksums } = resolved
  const { resumeAfterSeconds, sha256InMetadata } = resolved
  const place = { bucket, region, endpoint }
  const location = `s3://${bucket}/${keyPrefix}`.slice(0, -1)
  const { client, put } = s3Client(resolved)
  const interruptedUploads = new Set<string>()
  let { checkThenWrite } = resolved

  const checkKey = (key: string) => {
    checkAnyKey(key)
    checkAnyKey(`${keyPrefix}${key}`) // with its prefix, it may be too long
  }

  const failure = (action: S3Action, key: string, cause: unknown) =>
    cause instanceof ObjectStoreError ? cause : s3Failure(action, { key, location, ...place, cause })

  // A failure of the producer, perhaps of another store, says nothing about this store.
  const sourceFailure = (key: string, cause: unknown) =>
    cause instanceof ObjectStoreError
      ? cause
      : new ObjectStoreError(`cannot write ${location}/${key}: ${describeSystemError(cause)}`, {
          key,
          location,
          cause,
        })

  async function* sourceOf(key: string, bytes: ByteStream): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes
    } catch (cause) {
      throw sourceFailure(key, cause)
    }
  }

  const rereadable = (key: string, reread: RereadableBytes): RereadableBytes => ({
    size: reread.size,
    readInto: (target, start) =>
      reread.readInto(target, start).catch((cause: unknown) => {
        throw sourceFailure(key, cause)
      }),
  })

  const reads = objectReads(client, { bucket, failure })
  const lists = objectLists(client, { bucket, keyPrefix, failure })

  const store: S3Store = {
    location,

    list: (prefix) => lists.list(prefix),

    folders: (prefix) => lists.folders(prefix),

    async find(key) {
      checkKey(key)
      try {
        return await findObject({ client, bucket, key })
      } catch (cause) {
        throw failure('find', key, cause)
      }
    },

    async now() {
      try {
        const date = respondedAt(await client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })))
        return Number.isNaN(date.getTime()) ? undefined : date
      } catch (cause) {
        throw failure('list', '', cause)
      }
    },

    finder: () => lists.finder((key) => store.find(key)),

    async read(key) {
      checkKey(key)
      return reads.read(key)
    },

    async slice(key, start, end) {
      checkKey(key)
      return reads.slice(key, start, end)
    },

    async open(key) {
      checkKey(key)
      return reads.open(key)
    },

    async write(key, bytes, { signal, reread, sha256, ...more } = {}) {
      checkKey(key)
      let partsLeft: string | undefined
      try {
        const result = await writeObject(client, sourceOf(key, bytes), {
          ...{ ...more, put, bucket, key, checksums, checkThenWrite, resumeAfterSeconds, interruptedUploads },
          ...(signal && { signal }),
          ...(reread && { reread: rereadable(key, reread) }),
          ...(sha256InMetadata && { sha256 }),
          onPartsLeft: (cause) => (partsLeft = partsLeftReason(place, cause)),
        })
        return { ...result, ...(partsLeft !== undefined && { partsLeft }) }
      } catch (cause) {
        signal?.throwIfAborted()
        const failed = failure('write', key, cause)
        throw partsLeft === undefined ? failed : withReason(failed, partsLeft)
      }
    },

    async remove(key) {
      checkKey(key)
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
      } catch (cause) {
        throw failure('remove', key, cause)
      }
    },

    async *unfinishedUploads(prefixes = ['']) {
      const isWanted = (key: string) => prefixes.some((prefix) => key.startsWith(prefix))
      try {
        for await (const { parts, ...upload } of listUploads({ client, bucket }, { isWanted })) {
          const { key, uploadId, initiated, lastActivity, listedAt, bytes } = upload
          yield { key, uploadId, initiated, lastActivity, listedAt, bytes, parts: parts.length }
        }
      } catch (cause) {
        throw failure('list uploads', '', cause)
      }
    },

    async abortUpload({ key, uploadId }) {
      await abortUpload({ client, bucket }, { key, uploadId }).catch((cause: unknown) => {
        throw failure('remove upload', key, cause)
      })
    },

    async checkRemoval(prefix, { signal } = {}) {
      try {
        await checkRemoval(client, { bucket, prefix, signal })
      } catch (cause) {
        signal?.throwIfAborted()
        throw failure('remove', prefix, cause)
      }
    },

    async probeCreateOnce({ renew = false, signal } = {}) {
      try {
        const found = await rememberedCreateOnce(client, { bucket, endpoint, renew, signal })
        checkThenWrite ||= found === 'check-then-write'
        return found
      } catch (cause) {
        signal?.throwIfAborted()
        throw failure('probe', probeFolder, cause)
      }
    },
  }
  return store
}
