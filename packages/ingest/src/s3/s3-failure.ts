import { ObjectStoreError } from '../object-store.js'
import { describeSystemError } from '../system-error.js'

/** What a store was asked to do. */
export type S3Action =
  'list' | 'find' | 'read' | 'write' | 'remove' | 'list uploads' | 'remove upload' | 'probe'

interface Place {
  bucket: string
  region: string
  endpoint: string
  /** The right that the action needs. */
  right: string
  /** Where the bucket is, if the store says so. */
  bucketRegion: string | undefined
  /** What the SDK says itself. */
  message: string
}

const verbs: Readonly<Record<S3Action, { verb: string; right: string }>> = {
  list: { verb: 'list', right: 's3:ListBucket' },
  find: { verb: 'read', right: 's3:GetObject and s3:ListBucket' },
  read: { verb: 'read', right: 's3:GetObject' },
  write: { verb: 'write', right: 's3:PutObject' },
  remove: { verb: 'remove', right: 's3:DeleteObject' },
  'list uploads': {
    verb: 'list the unfinished uploads of',
    right: 's3:ListBucketMultipartUploads and s3:ListMultipartUploadParts',
  },
  'remove upload': { verb: 'remove the unfinished upload of', right: 's3:AbortMultipartUpload' },
  probe: { verb: 'probe', right: 's3:PutObject and s3:DeleteObject' },
}

const silent = ({ endpoint }: Place) => `${endpoint} does not answer in time`
const closed = ({ endpoint }: Place) =>
  `${endpoint} closed the connection: is it an S3 store, and http or https?`
const untrusted = ({ endpoint }: Place) =>
  `the certificate of ${endpoint} is not trusted: name its authority in NODE_EXTRA_CA_CERTS`
const busy = ({ endpoint }: Place) => `${endpoint} is too busy: try again later`
const broken = ({ endpoint }: Place) => `${endpoint} has an error of its own: look at its log, and try again`
const unknownKey = ({ endpoint }: Place) =>
  `the access key is not known at ${endpoint}: correct the credentials`
const expired = () => 'the temporary keys have expired or are not valid: get new ones'
const otherRegion = ({ bucket, region, bucketRegion = 'another' }: Place) =>
  `the bucket ${bucket} is not in the region ${region} but in ${bucketRegion}: correct the region`
const noKeys = ({ message }: Place) =>
  `there are no keys: give credentials, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, in the environment (${message.trim().split(/\.?\s*\n|\.$/, 1)[0]})`
const brokenOff = ({ endpoint }: Place) =>
  `${endpoint} broke off its answer: see that it still runs, and try again`

/** What each code of S3, of a socket or of the SDK means, and how to mend it. */
const sentences: Readonly<Record<string, (place: Place) => string>> = {
  ECONNREFUSED: ({ endpoint }) => `nothing answers at ${endpoint}: start the store, or correct the endpoint`,
  EHOSTUNREACH: ({ endpoint }) => `no way leads to ${endpoint}: look at the network`,
  ENETUNREACH: ({ endpoint }) => `no way leads to ${endpoint}: look at the network`,
  ENOTFOUND: ({ endpoint }) => `there is no host of the name in ${endpoint}: correct the endpoint`,
  EAI_AGAIN: ({ endpoint }) => `the host name in ${endpoint} cannot be looked up: look at the network`,
  ETIMEDOUT: silent,
  TimeoutError: silent,
  RequestTimeout: silent,
  ECONNRESET: closed,
  EPIPE: closed,
  EPROTO: ({ endpoint }) => `${endpoint} does not speak TLS: write http:// if that is meant`,
  CERT_HAS_EXPIRED: ({ endpoint }) => `the certificate of ${endpoint} has expired`,
  ERR_TLS_CERT_ALTNAME_INVALID: ({ endpoint }) => `the certificate of ${endpoint} is for another host`,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  NotS3: ({ endpoint }) =>
    `${endpoint} does not answer as an S3 store does: correct the endpoint (a console has another port)`,
  CredentialsProviderError: noKeys,
  InvalidAccessKeyId: unknownKey,
  SignatureDoesNotMatch: () => 'the secret key does not match the access key: correct the credentials',
  ExpiredToken: expired,
  InvalidToken: expired,
  TokenRefreshRequired: expired,
  AccessDenied: ({ bucket, right }) => `access is denied: the user lacks the right ${right} on ${bucket}`,
  AllAccessDisabled: ({ bucket }) => `access to the bucket ${bucket} is disabled`,
  RequestTimeTooSkewed: ({ endpoint }) =>
    `this computer's clock differs too much from that of ${endpoint}: set it`,
  NoSuchBucket: ({ bucket, endpoint }) =>
    `there is no bucket ${bucket} at ${endpoint}: create it, or correct the name`,
  InvalidBucketName: ({ bucket, endpoint }) => `${bucket} is no name for a bucket at ${endpoint}`,
  NoSuchKey: () => 'no such object',
  InvalidObjectState: () => 'the object is archived: restore it first',
  NoSuchUpload: () =>
    'its upload was removed, or ended by another writer, while it was written: write it again',
  PreconditionFailed: () => 'the key is taken, and what it holds cannot be looked at: write it again',
  LookDenied: ({ bucket }) =>
    `access is denied: where a store ignores If-None-Match, keys are looked at before they are written, which needs the right s3:GetObject on ${bucket}`,
  ConditionalRequestConflict: () => 'another writer finished the same key at the same moment: write it again',
  KeyTooLongError: () => 'the key is too long for the store',
  EntityTooLarge: () => 'the object is larger than the store allows',
  BadDigest: () => 'the bytes arrived damaged: write it again',
  XAmzContentChecksumMismatch: () => 'the bytes arrived damaged: write it again',
  NotImplemented: ({ endpoint }) =>
    `${endpoint} lacks something that is needed: checksums 'when-required', or overwriting, which sends no If-None-Match, may help`,
  PermanentRedirect: otherRegion,
  TemporaryRedirect: otherRegion,
  AuthorizationHeaderMalformed: otherRegion,
  IllegalLocationConstraintException: otherRegion,
  SlowDown: busy,
  SlowDownRead: busy,
  SlowDownWrite: busy,
  ServiceUnavailable: busy,
  TooManyRequests: busy,
  InternalError: broken,
  XMinioStorageFull: ({ endpoint }) => `the disk of ${endpoint} is full`,
}

// Of the rest of an error nothing is kept: S3 repeats the keys' names, temporary keys and what was signed in fields of many
// names, and the SDK adds the request itself.
const keptFields = ['code', 'Code', '$fault', '$metadata', 'Region'] as const

// What Node and the SDK say of an answer that ends before its body does.
const brokenOffMessage = /^(aborted|Connection lost or stream closed)/

/** The ETag of an answer, without quotes; every S3 store gives one. */
export function etagOf({ ETag }: { ETag?: string | undefined }): string {
  if (ETag === undefined) throw notS3('the answer has no ETag')
  return ETag.replaceAll('"', '')
}

/** For an answer with status 200 that is none of S3: a web page, a console. */
export function notS3(message: string): Error {
  return Object.assign(new Error(message), { code: 'NotS3' })
}

/** Says in one sentence what failed, with the store's or the socket's code; the cause is a copy that holds nothing of the keys. */
export function s3Failure(
  action: S3Action,
  { key, cause, ...place }: FailedPlace & { key: string; cause: unknown },
): ObjectStoreError {
  const { verb, right } = verbs[action]
  const location = `s3://${place.bucket}`
  return new ObjectStoreError(`cannot ${verb} ${location}/${key}: ${reasonOf(cause, { ...place, right })}`, {
    key,
    location,
    cause: withoutKeys(cause),
    code: codeOf(cause, statusOf(cause)),
  })
}

/** Why the parts of a write may be left, whose removal failed so. */
export function partsLeftReason(place: FailedPlace, cause: unknown): string {
  return `its parts may be left: ${reasonOf(cause, { ...place, right: 's3:AbortMultipartUpload' })}`
}

/** The failure of a write, with a reason more. */
export function withReason(failure: ObjectStoreError, reason: string): ObjectStoreError {
  const { message, key, location, cause, code } = failure
  return new ObjectStoreError(`${message}; ${reason}`, { key, location, cause, code })
}

type FailedPlace = Pick<Place, 'bucket' | 'region' | 'endpoint'>

function reasonOf(cause: unknown, place: FailedPlace & Pick<Place, 'right'>): string {
  const status = statusOf(cause)
  const code = codeOf(cause, status)
  const message = cause instanceof Error ? cause.message : ''
  const known = code !== undefined && Object.hasOwn(sentences, code) ? sentences[code] : undefined
  const say = brokenOffMessage.test(message) ? brokenOff : known
  return (
    say?.({ ...place, message, bucketRegion: bucketRegionOf(cause) }) ??
    unknown(cause, status, place.endpoint)
  )
}

function withoutKeys(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause
  const copy = new Error(cause.message)
  for (const field of ['name', 'stack'] as const) {
    Object.defineProperty(copy, field, { value: cause[field], configurable: true, writable: true })
  }
  const fields = cause as unknown as Record<string, unknown>
  return Object.assign(
    copy,
    Object.fromEntries(
      keptFields.filter((field) => fields[field] !== undefined).map((field) => [field, fields[field]]),
    ),
  )
}

function bucketRegionOf(cause: unknown): string | undefined {
  const { Region, $response } = cause as {
    Region?: string
    $response?: { headers?: Record<string, string> }
  }
  return Region ?? $response?.headers?.['x-amz-bucket-region']
}

function unknown(cause: unknown, status: number | undefined, endpoint: string): string {
  if (status === undefined || !(cause instanceof Error)) return describeSystemError(cause)
  return `${endpoint} answers ${status} ${cause.name}: ${cause.message}`
}

/** Whether an error of the SDK has this name. */
export function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name
}

/** What S3 calls a connection on which nothing moved, and keys that were good for a time: both with the status 400. */
const passingCodes = ['RequestTimeout', 'ExpiredToken']
/** Of a store that does not know the request, and of one whose disk is full. */
const lastingStatuses = [501, 507]

/**
 * Whether a failure of a request says nothing about the request: the network or the store failed, and the same may succeed
 * later.
 */
export function isInterruption(error: unknown): boolean {
  const { $metadata: answer } = (error ?? {}) as { $metadata?: { httpStatusCode?: number } }
  if (answer === undefined) return false // of our own, or of the source
  if (passingCodes.some((code) => isNamed(error, code))) return true
  const { httpStatusCode: status = 0 } = answer
  return (
    status < 300 || status === 408 || status === 429 || (status >= 500 && !lastingStatuses.includes(status))
  )
}

/** How often the request was sent whose last answer the SDK made an error. */
export function attemptsOf(error: unknown): number {
  return (error as { $metadata?: { attempts?: number } } | undefined)?.$metadata?.attempts ?? 1
}

/** The HTTP status of an answer that the SDK made an error; none where there was no answer. */
export function statusOf(cause: unknown): number | undefined {
  return (cause as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
}

// What the SDK calls an answer without a code of S3: that of a proxy, or of a server that is no S3 store.
const namesWithoutCode = /^(Error|SyntaxError|Unknown|UnknownError|NotFound|Forbidden|\d+)$/

const codesOfStatus: Readonly<Record<number, string>> = {
  403: 'AccessDenied',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'ServiceUnavailable',
  503: 'ServiceUnavailable',
  504: 'ServiceUnavailable',
}

function codeOf(cause: unknown, status: number | undefined): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const { code, name } = cause as NodeJS.ErrnoException
  if (typeof code === 'string') return code
  if (!namesWithoutCode.test(name)) return name
  return status === undefined ? undefined : (codesOfStatus[status] ?? 'NotS3')
}
