import { isKey } from '../../object-key.js'

/** Access keys of a user of the store. */
export interface S3Credentials {
  accessKeyId: string
  secretAccessKey: string
  /** For temporary credentials. */
  sessionToken?: string
  /** When temporary credentials expire. Those from a function are requested again before then. */
  expiration?: Date
}

/** Which bucket, where it is, and how to reach it. */
export interface S3StoreOptions {
  /** Its name, or the ARN of an access point: `arn:aws:s3:eu-central-1:123456789012:accesspoint/readings`. */
  bucket: string
  /**
   * Where the store begins in the bucket: 'team/lake/', with a slash at its end. It is added to every key that is sent and removed
   * from every key that comes back. Objects outside it are never seen. Default '', the whole bucket.
   */
  keyPrefix?: string
  /**
   * URL of the store, such as `http://127.0.0.1:9000`. Default: Amazon's, for the region. An access point is reached at its own host
   * name: Amazon's for the region in the ARN, or one below the host of another endpoint.
   */
  endpoint?: string
  /** Default 'us-east-1', which most other stores accept. The region in an ARN wins. */
  region?: string
  /** Credentials, or a function that returns them. Default: from the environment or the profile, as in Amazon's own tools. */
  credentials?: S3Credentials | (() => S3Credentials | Promise<S3Credentials>)
  /**
   * Whether the bucket is part of the URL's path instead of its host name. Default: true if an endpoint is given. An access point is
   * always part of the host name.
   */
  pathStyle?: boolean
  /** How to verify that the store holds what was sent. Default 'crc32'. */
  checksums?: Checksums
  /** How long opening a connection may take, per attempt. Milliseconds, default 5,000. */
  connectTimeoutMillis?: number
  /**
   * How long a connection may be idle before its request fails, per attempt. From 6,000 on, the SDK starts measuring 3 seconds after
   * the request. Milliseconds, default 30,000.
   */
  requestTimeoutMillis?: number
  /** How many times a request is sent at most if the store is busy or does not respond. Default 3. */
  maxAttempts?: number
  /**
   * Whether to check each key right before it is written, because the store ignores `If-None-Match`. Default: false, until
   * `probeCreateOnce` finds that the store does.
   */
  checkThenWrite?: boolean
  /** How long an unfinished upload has to be inactive before it counts as interrupted. Seconds, default 60. */
  resumeAfterSeconds?: number
  /** Whether to store the SHA-256 of files as metadata, for buckets whose KMS keys make ETags opaque. Default false. */
  sha256InMetadata?: boolean
  /**
   * Whether to sign the SHA-256 of uploaded bytes, for buckets that deny `UNSIGNED-PAYLOAD`. It costs as much time as sending them.
   * Default false.
   */
  signPayload?: boolean
  /** Added to the local clock when requests are signed. Milliseconds, default 0. */
  clockOffsetMillis?: number
}

/**
 * How uploaded bytes are verified: 'crc32' sends the CRC32 of every part, which the store computes too; 'md5' compares the ETag of
 * every part with its MD5, which is slower, for stores that reject CRC32; 'none' relies on TLS and TCP, which is the fastest.
 */
export type Checksums = 'crc32' | 'md5' | 'none'

/** Adds the defaults to the options. Throws a TypeError or RangeError for invalid options; messages repeat no credentials. */
export function resolveS3Options({
  bucket,
  keyPrefix = '',
  endpoint,
  region = 'us-east-1',
  credentials,
  pathStyle = endpoint !== undefined,
  checksums = 'crc32',
  connectTimeoutMillis = 5_000,
  requestTimeoutMillis = 30_000,
  maxAttempts = 3,
  checkThenWrite = false,
  resumeAfterSeconds = 60,
  sha256InMetadata = false,
  signPayload = false,
  clockOffsetMillis = 0,
}: S3StoreOptions) {
  checkBucket(bucket)
  checkKeyPrefix(keyPrefix)
  if (endpoint !== undefined) checkEndpoint(endpoint)
  if (region.trim() === '') {
    throw new RangeError(`region expected a name such as us-east-1, got ${JSON.stringify(region)}`)
  }
  if (credentials && typeof credentials !== 'function') checkCredentials(credentials)
  if (!['crc32', 'md5', 'none'].includes(checksums)) {
    throw new TypeError(`checksums expected 'crc32', 'md5' or 'none', got ${JSON.stringify(checksums)}`)
  }
  checkTimeout('connectTimeoutMillis', connectTimeoutMillis)
  checkTimeout('requestTimeoutMillis', requestTimeoutMillis)
  if (!Number.isSafeInteger(maxAttempts) || maxAttempts < 1) {
    throw new RangeError(`maxAttempts expected a whole number of at least 1, got ${maxAttempts}`)
  }
  if (!(resumeAfterSeconds >= 0)) {
    throw new RangeError(`resumeAfterSeconds expected 0 or more, got ${resumeAfterSeconds}`)
  }
  if (!Number.isFinite(clockOffsetMillis)) {
    throw new RangeError(`clockOffsetMillis expected a finite number, got ${clockOffsetMillis}`)
  }
  const isAccessPoint = accessPointArn.test(bucket)
  return {
    bucket,
    keyPrefix,
    endpoint: isAccessPoint && isAmazons(endpoint) ? undefined : endpoint,
    region,
    credentials:
      typeof credentials === 'function' ? async () => checkCredentials(await credentials()) : credentials,
    pathStyle: pathStyle && !isAccessPoint,
    checksums,
    connectTimeoutMillis,
    requestTimeoutMillis,
    maxAttempts,
    checkThenWrite,
    resumeAfterSeconds,
    sha256InMetadata,
    signPayload,
    clockOffsetMillis,
  }
}

const accessPointArn = /^arn:aws[a-z-]*:s3:[a-z0-9-]+:\d{12}:accesspoint[:/][a-z0-9][a-z0-9-]{1,48}[a-z0-9]$/

function checkBucket(bucket: string): void {
  if (bucket.startsWith('arn:')) {
    if (accessPointArn.test(bucket)) return
    throw new RangeError(
      `bucket expected the ARN of an access point, such as arn:aws:s3:eu-central-1:123456789012:accesspoint/readings, got ${JSON.stringify(bucket)}`,
    )
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new RangeError(
      `bucket expected 3 to 63 lowercase letters, digits, dots and hyphens, got ${JSON.stringify(bucket)}`,
    )
  }
}

function checkKeyPrefix(keyPrefix: string): void {
  if (keyPrefix === '' || (keyPrefix.endsWith('/') && isKey(keyPrefix.slice(0, -1)))) return
  throw new RangeError(
    `keyPrefix expected names, each followed by a single slash, such as team/lake/, got ${JSON.stringify(keyPrefix)}`,
  )
}

/** Whether an endpoint is Amazon's own for a region. An access point has another host, which the SDK finds by the ARN. */
function isAmazons(endpoint: string | undefined): boolean {
  return endpoint !== undefined && /^s3([.-][a-z0-9-]+)?\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).host)
}

/** Messages do not repeat a URL that may hold a password. */
function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url?.username || url?.password) {
    throw new TypeError('endpoint expected a URL without user and password: pass them as credentials')
  }
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new TypeError(
      `endpoint expected a URL such as http://127.0.0.1:9000, got ${endpoint.includes('@') ? 'another text' : endpoint}`,
    )
  }
}

function checkCredentials(credentials: S3Credentials): S3Credentials {
  for (const name of ['accessKeyId', 'secretAccessKey'] as const) {
    if (!credentials[name]) {
      throw new TypeError(`credentials expected an accessKeyId and a secretAccessKey, got no ${name}`)
    }
  }
  return credentials
}

// Node's timers fire at once beyond this.
const longestTimeoutMillis = 2 ** 31 - 1

function checkTimeout(name: string, millis: number): void {
  if (!(millis > 0 && millis <= longestTimeoutMillis)) {
    throw new RangeError(`${name} expected more than 0 and at most ${longestTimeoutMillis}, got ${millis}`)
  }
}
