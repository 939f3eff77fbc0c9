import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import { identityOf } from './etag.js'
import {
  checkKey,
  isKey,
  isPrefixOfNoKey,
  type ObjectStore,
  ObjectStoreError,
  type StoredObject,
} from './object-store.js'
import { discardBody, s3Client } from './s3-client.js'
import { etagOf, notS3, type S3Action, s3Failure, statusOf, withPartsLeft } from './s3-failure.js'
import { resolveS3Options, type S3StoreOptions } from './s3-options.js'
import { uploadToS3 } from './s3-upload.js'
import { describeSystemError } from './system-error.js'

export type { S3Credentials, S3StoreOptions } from './s3-options.js'

/**
 * A bucket of Amazon S3, MinIO or the like as an object store. Objects up to `partBytes` are put at once, larger ones in
 * parts of it, four at a time; a write that fails or is aborted removes its parts. Where two writers finish a key at the same
 * moment the store may refuse both: what is put at once is then put again, an object in parts fails.
 * Throws a TypeError or RangeError for options that cannot be; failures carry the store's or the socket's `code`.
 */
export function s3Store(options: S3StoreOptions): ObjectStore {
  const resolved = resolveS3Options(options)
  const { bucket, region, endpoint = "Amazon's S3", checksums } = resolved
  const place = { bucket, region, endpoint }
  const location = `s3://${bucket}`
  const client = s3Client(resolved)

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

  const stored = (key: string, size: number | undefined, etag: string): StoredObject => {
    if (size === undefined) throw notS3('the answer has no size')
    return { key, size, etag: () => Promise.resolve(etag) }
  }

  const look = async (key: string, signal?: AbortSignal): Promise<StoredObject> => {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: key })
    const found = await client.send(command, signal && { abortSignal: signal })
    return stored(key, found.ContentLength, etagOf(found))
  }

  return {
    location,

    async *list(prefix) {
      if (isPrefixOfNoKey(prefix)) return
      // MinIO answers 400 to a prefix that ends in `.` or `..` as a name, though there may be a key such as `..a`.
      const asked = prefix.replace(/(?<=^|\/)\.{1,2}$/, '')
      try {
        const input = { Bucket: bucket, Prefix: asked }
        for await (const { Name, Contents = [] } of paginateListObjectsV2({ client }, input)) {
          if (Name === undefined) throw notS3('the listing names no bucket')
          for (const object of Contents) {
            const { Key = '', Size } = object
            // Others are those of other tools, and the empty objects, `a/`, by which consoles show a folder.
            if (Key.startsWith(prefix) && isKey(Key)) yield stored(Key, Size, etagOf(object))
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

    async write(key, bytes, { overwrite = false, signal } = {}) {
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
      let partsLeft: { cause: unknown } | undefined
      const onPartsLeft = (cause: unknown) => (partsLeft = { cause })
      try {
        signal?.throwIfAborted()
        if (!overwrite && (await isTaken())) {
          return { written: false, ...(await identityOf(source(), { signal })) }
        }
        const target = { bucket, key, overwrite, checksums, signal, onPartsLeft }
        return await uploadToS3(client, source(), target)
      } catch (cause) {
        signal?.throwIfAborted()
        const failed = failure('write', key, cause)
        throw partsLeft ? withPartsLeft(failed, { ...place, ...partsLeft }) : failed
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
  }
}
