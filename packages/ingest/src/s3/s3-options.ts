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
  /** How it is seen that the store holds what was sent. Default 'crc32'. */
  checksums?: Checksums
  /** How long a connection may take to open, each attempt anew. Milliseconds, default 5,000. */
  connectTimeoutMillis?: number
  /**
   * How long nothing may move on a connection before a request counts as failed, each attempt anew; the SDK begins to
   * measure 6,000 and more only 3 seconds after the request. Milliseconds, default 30,000.
   */
  requestTimeoutMillis?: number
  /** How often a request is sent at most, where the store is busy or does not answer. Default 3. */
  maxAttempts?: number
  /**
   * Whether the store ignores `If-None-Match`, so that a key is looked at right before it is written. Default: false, until
   * `probeCreateOnce` finds that it does.
   */
  looksFirst?: boolean
  /** How long nothing may have happened to an unfinished upload before it is taken for interrupted. Seconds, default 60. */
  resumeAfterSeconds?: number
  /** Whether files get their SHA-256 as metadata, for buckets whose keys of KMS hide the content's ETag. Default false. */
  sha256InMetadata?: boolean
  /** What the local clock lacks, added to it when requests are signed. Milliseconds, default 0. */
  clockOffsetMillis?: number
}

/**
 * What guards the bytes: CRC32, which the store computes too; the MD5, which is slower, for stores that refuse CRC32
 * ('when-required'); nothing but TLS and TCP, which is the fastest ('none').
 */
export type Checksums = 'crc32' | 'when-required' | 'none'

/** The options with their defaults. Throws a TypeError or RangeError for those that cannot be, and repeats no key. */
export function resolveS3Options({
  bucket,
  endpoint,
  region = 'us-east-1',
  credentials,
  pathStyle = endpoint !== undefined,
  checksums = 'crc32',
  connectTimeoutMillis = 5_000,
  requestTimeoutMillis = 30_000,
  maxAttempts = 3,
  looksFirst = false,
  resumeAfterSeconds = 60,
  sha256InMetadata = false,
  clockOffsetMillis = 0,
}: S3StoreOptions) {
  checkBucket(bucket)
  if (endpoint !== undefined) checkEndpoint(endpoint)
  if (region.trim() === '') {
    throw new RangeError(`region expected a name such as us-east-1, got ${JSON.stringify(region)}`)
  }
  if (credentials && typeof credentials !== 'function') checkCredentials(credentials)
  if (!['crc32', 'when-required', 'none'].includes(checksums)) {
    throw new TypeError(
      `checksums expected 'crc32', 'when-required' or 'none', got ${JSON.stringify(checksums)}`,
    )
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
  return {
    bucket,
    endpoint,
    region,
    credentials:
      typeof credentials === 'function' ? async () => checkCredentials(await credentials()) : credentials,
    pathStyle,
    checksums,
    connectTimeoutMillis,
    requestTimeoutMillis,
    maxAttempts,
    looksFirst,
    resumeAfterSeconds,
    sha256InMetadata,
    clockOffsetMillis,
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

function checkCredentials(credentials: S3Credentials): S3Credentials {
  for (const name of ['accessKeyId', 'secretAccessKey'] as const) {
    if (!credentials[name]) {
      throw new TypeError(`credentials expected an accessKeyId and a secretAccessKey, got no ${name}`)
    }
  }
  return credentials
}

// Beyond it Node's timers fire at once.
const longestTimeoutMillis = 2 ** 31 - 1

function checkTimeout(name: string, millis: number): void {
  if (!(millis > 0 && millis <= longestTimeoutMillis)) {
    throw new RangeError(`${name} expected more than 0 and at most ${longestTimeoutMillis}, got ${millis}`)
  }
}
