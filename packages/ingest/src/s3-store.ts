import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { identityOf } from './etag.js'
import {
  checkKey,
  isPrefixOfNoKey,
  type ObjectStore,
  ObjectStoreError,
  type StoredObject,
} from './object-store.js'
import { etagOf, notS3, type S3Action, s3Failure, statusOf } from './s3-failure.js'
import { preferUnsignedPayload, uploadToS3 } from './s3-upload.js'
import { describeSystemError } from './system-error.js'

/** Keys of a user of the store. */
export interface S3Credentials {
  accessKeyId: string
  secretAccessKey: string
  /** For temporary keys. */
  sessionToken?: string
  /** When temporary keys end: those of a function are asked for anew before. */
  expiration?: Date
}

/** Which bucket, where, and how to reach it. */
export interface S3StoreOptions {
  bucket: string
  /** URL of the store, such as `http://127.0.0.1:9000`. Default: Amazon's, for the region. */
  endpoint?: string
  /** Default 'us-east-1', which stores other than Amazon's mostly take. */
  region?: string
  /** Keys, or a function that gives them. Default: from the environment or the profile, as in Amazon's own tools. */
  credentials?: S3Credentials | (() => S3Credentials | Promise<S3Credentials>)
  /** Whether the bucket is in the URL's path, not in its host name. Default: true where an endpoint is given. */
  pathStyle?: boolean
  /** CRC32 of what is sent and read; 'when-required' sends none, for stores that refuse it. Default 'crc32'. */
  checksums?: 'crc32' | 'when-required'
  /** How long a connection may take to open. Milliseconds, default 5,000. */
  connectTimeoutMillis?: number
  /** How long nothing may move on a connection before a request counts as failed. Milliseconds, default 30,000. */
  requestTimeoutMillis?: number
  /** How often a request is sent at most, where the store is busy or does not answer. Default 3. */
  maxAttempts?: number
  /** What the local clock lacks, added to it when requests are signed. Milliseconds, default 0. */
  clockOffsetMillis?: number
}

/**
 * A bucket of Amazon S3, MinIO or the like as an object store. Objects up to `partBytes` are put at once, larger ones in
 * parts of it, four at a time; a write that fails or is aborted removes its parts. Where two writers finish a key at the same
 * moment the store may refuse both: what is put at once is then put again, an object in parts fails.
 * Throws a TypeError or RangeError for options that cannot be; failures carry the store's or the socket's `code`.
 */
export function s3Store({
  bucket,
  endpoint,
  region = 'us-east-1',
  credentials,
  pathStyle = endpoint !== undefined,
  checksums = 'crc32',
  connectTimeoutMillis = 5_000,
  requestTimeoutMillis = 30_000,
  maxAttempts = 3,
  clockOffsetMillis = 0,
}: S3StoreOptions): ObjectStore {
  checkBucket(bucket)
  if (endpoint !== undefined) checkEndpoint(endpoint)
  const location = `s3://${bucket}`
  const checksumSetting = checksums === 'crc32' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    maxAttempts,
    systemClockOffset: clockOffsetMillis,
    requestChecksumCalculation: checksumSetting,
    responseChecksumValidation: checksumSetting,
    requestHandler: { connectionTimeout: connectTimeoutMillis, socketTimeout: requestTimeoutMillis },
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && {
      credentials: typeof credentials === 'function' ? async () => credentials() : credentials,
    }),
  })
  preferUnsignedPayload(client)

  const failure = (action: S3Action, key: string, cause: unknown) =>
    cause instanceof ObjectStoreError
      ? cause
      : s3Failure(action, { key, bucket, region, endpoint: endpoint ?? "Amazon's S3", cause })

  const streamFailure = (key: string, cause: unknown) =>
    cause instanceof ObjectStoreError
      ? cause
      : new ObjectStoreError(`cannot write ${location}/${key}: ${describeSystemError(cause)}`, {
          key,
          location,
          cause,
        })

  const stored = (key: string, size: number | undefined, etag: string): StoredObject => ({
    key,
    size: size ?? 0,
    etag: () => Promise.resolve(etag),
  })

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
            // A key that ends with a slash is an empty object by which consoles show a folder.
            if (Key.startsWith(prefix) && !Key.endsWith('/')) yield stored(Key, Size, etagOf(object))
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
          await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=0-0' }))
          return await look(key)
        })
      } catch (cause) {
        if (cause instanceof Error && cause.name === 'NoSuchKey') return undefined
        throw failure('find', key, cause)
      }
    },

    async read(key) {
      checkKey(key)
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        etagOf(answer)
        return (await answer.Body?.transformToByteArray()) ?? new Uint8Array()
      } catch (cause) {
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
      try {
        signal?.throwIfAborted()
        if (!overwrite && (await isTaken())) {
          return { written: false, ...(await identityOf(source(), { signal })) }
        }
        return await uploadToS3(client, source(), { bucket, key, overwrite, checksums, signal })
      } catch (cause) {
        signal?.throwIfAborted()
        throw failure('write', key, cause)
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

function checkBucket(bucket: string): void {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new RangeError(
      `bucket expected 3 to 63 small letters, digits, dots and hyphens, got ${JSON.stringify(bucket)}`,
    )
  }
}

/** Says nothing of the URL where it may hold a password. */
function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url?.username || url?.password) {
    throw new TypeError('endpoint expected a URL without user and password: those are the credentials')
  }
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new TypeError(
      `endpoint expected a URL such as http://127.0.0.1:9000, got ${endpoint.includes('@') ? 'another text' : endpoint}`,
    )
  }
}
