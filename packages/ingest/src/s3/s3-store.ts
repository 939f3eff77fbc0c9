import type { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import { identityOf } from '../bytes/etag.js'
import { checkKey, isKey, isKeyPrefix } from '../object-key.js'
import { type ObjectStore, ObjectStoreError, type StoredObject } from '../object-store.js'
import { describeSystemError } from '../system-error.js'
import { listUploads, type UnfinishedUpload } from './list-uploads.js'
import { type CreateOnce, probeCreateOnce, probeFolder } from './probe-create-once.js'
import { discardBody, s3Client } from './s3-client.js'
import {
  etagOf,
  notS3,
  partsLeftReason,
  type S3Action,
  s3Failure,
  statusOf,
  withReason,
} from './s3-failure.js'
import { resolveS3Options, type S3StoreOptions } from './s3-options.js'
import { foundObject, listedObject } from './stored-object.js'
import { abortUpload } from './upload-requests.js'
import { writeToS3 } from './write-object.js'

export { type CreateOnce, probeFolder } from './probe-create-once.js'
export type { Checksums, S3Credentials, S3StoreOptions } from './s3-options.js'
export type { UnfinishedUpload } from './list-uploads.js'

/** A bucket as a store, with what only a bucket has. Its members reject as those of an ObjectStore do. */
export interface S3Store extends ObjectStore {
  /** Uploads that were begun and not ended, of keys with one of the prefixes (default: all); one at work is among them. */
  unfinishedUploads(prefixes?: readonly string[]): AsyncIterable<UnfinishedUpload>
  /** Removes an unfinished upload and its parts; one that is gone is none the worse. */
  abortUpload(upload: Pick<UnfinishedUpload, 'key' | 'uploadId'>): Promise<void>
  /**
   * Finds out what happens when writers race for a key, with a few small objects under `probeFolder` that are removed again. A
   * store that was found to be 'look-first' is asked for the key right before each write without `overwrite`, from then on.
   */
  probeCreateOnce(options?: { signal?: AbortSignal | undefined }): Promise<CreateOnce>
}

/**
 * A bucket of Amazon S3, MinIO or the like as an object store. Objects up to `partBytes` are put at once, larger ones in
 * parts of it, as many at a time as there are slots. An upload in parts that was interrupted is gone on with, where its bytes
 * can be read again; the state of that is the store's alone.
 * Throws a TypeError or RangeError for options that cannot be; failures carry the store's or the socket's `code`.
 */
export function s3Store(options: S3StoreOptions): S3Store {
  const resolved = resolveS3Options(options)
  const { bucket, region, endpoint = "Amazon's S3", checksums } = resolved
  const { resumeAfterSeconds, sha256InMetadata } = resolved
  const place = { bucket, region, endpoint }
  const location = `s3://${bucket}`
  const client = s3Client(resolved)
  const leftUploads = new Set<string>()
  let { looksFirst } = resolved

  const failure = (action: S3Action, key: string, cause: unknown) =>
    cause instanceof ObjectStoreError ? cause : s3Failure(action, { key, ...place, cause })

  const streamFailure = (key: string, cause: unknown) =>
    cause instanceof ObjectStoreError
      ? cause
      : new ObjectStoreError(`cannot write ${location}/${key}: ${describeSystemError(cause)}`, {
          key,
          location,
          cause,
        })

  const look = async (key: string, signal?: AbortSignal): Promise<StoredObject> => {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: key })
    return foundObject(key, await client.send(command, signal && { abortSignal: signal }))
  }

  async function* chunksOf(key: string, body: Readable | undefined): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body ?? []) yield chunk as Uint8Array
    } catch (cause) {
      throw failure('read', key, cause)
    } finally {
      discardBody(body)
    }
  }

  return {
    location,

    async *list(prefix) {
      if (!isKeyPrefix(prefix)) return
      // MinIO answers 400 to a prefix that ends in `.` or `..` as a name, though there may be a key such as `..a`.
      const asked = prefix.replace(/(?<=^|\/)\.{1,2}$/, '')
      try {
        const input = { Bucket: bucket, Prefix: asked }
        for await (const { Name, Contents = [] } of paginateListObjectsV2({ client }, input)) {
          if (Name === undefined) throw notS3('the listing names no bucket')
          for (const object of Contents) {
            const { Key = '' } = object
            // Others are those of other tools, and the empty objects, `a/`, by which consoles show a folder.
            if (Key.startsWith(prefix) && isKey(Key)) yield listedObject(Key, object)
          }
        }
      } catch (cause) {
        throw failure('list', prefix, cause)
      }
    },

    async find(key) {
      checkKey(key)
      try {
        return await look(key).catch(async (error: unknown) => {
          if (statusOf(error) === undefined) throw error
          // The answer to HEAD has no body, so that only a GET can tell a missing object from a missing bucket, or a
          // wrong key from a missing right.
          const command = new GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=0-0' })
          await client.send(command).then(
            ({ Body }) => discardBody(Body),
            (failed: unknown) => {
              if (statusOf(failed) !== 416) throw failed // else it is there, and empty
            },
          )
          return await look(key)
        })
      } catch (cause) {
        if (cause instanceof Error && cause.name === 'NoSuchKey') return undefined
        throw failure('find', key, cause)
      }
    },

    async read(key) {
      checkKey(key)
      let answer: GetObjectCommandOutput | undefined
      try {
        answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        etagOf(answer)
        return (await answer.Body?.transformToByteArray()) ?? new Uint8Array()
      } catch (cause) {
        discardBody(answer?.Body)
        throw failure('read', key, cause)
      }
    },

    async open(key) {
      checkKey(key)
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        etagOf(answer)
        return chunksOf(key, answer.Body as Readable | undefined)
      } catch (cause) {
        throw failure('read', key, cause)
      }
    },

    async write(key, bytes, { overwrite = false, isKeyFree = false, signal, reread, sha256, ...more } = {}) {
      checkKey(key)
      const isTaken = () =>
        look(key, signal).then(
          () => true,
          (error: unknown) => {
            if (statusOf(error) === undefined) throw error
            return false // where a user may write and not look, or something is wrong, the upload tells
          },
        )
      async function* source() {
        try {
          yield* bytes
        } catch (cause) {
          // What the producer met, perhaps of another store, says nothing about this one.
          throw streamFailure(key, cause)
        }
      }
      const readInto = async (target: Uint8Array, start: number) =>
        reread?.readInto(target, start).catch((cause: unknown) => {
          throw streamFailure(key, cause)
        })
      let partsLeft: string | undefined
      try {
        signal?.throwIfAborted()
        if (!overwrite && (looksFirst || !isKeyFree) && (await isTaken())) {
          return { written: false, ...(await identityOf(source(), { signal, size: reread?.size })) }
        }
        const result = await writeToS3(client, source(), {
          ...{ ...more, bucket, key, overwrite, checksums, looksFirst, resumeAfterSeconds, leftUploads },
          ...(signal && { signal }),
          ...(reread && { reread: { size: reread.size, readInto } }),
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

    async probeCreateOnce({ signal } = {}) {
      try {
        const found = await probeCreateOnce(client, { bucket, signal })
        looksFirst ||= found === 'look-first'
        return found
      } catch (cause) {
        signal?.throwIfAborted()
        throw failure('probe', probeFolder, cause)
      }
    },
  }
}
