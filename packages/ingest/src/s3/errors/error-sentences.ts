import { refusalReason } from '../../refused-key.js'
import { describeSystemError } from '../../system-error.js'
import { bucketRegionOf, codeOf, statusOf } from './sdk-error.js'

/** What a store was asked to do. */
export type S3Action =
  'list' | 'find' | 'read' | 'write' | 'remove' | 'list uploads' | 'remove upload' | 'probe'

/** How a sentence names each action, and the rights that the action needs. */
export const actions: Readonly<Record<S3Action, { verb: string; right: string }>> = {
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
  probe: { verb: 'probe', right: 's3:PutObject' },
}

/** Which store failed. */
export interface FailedPlace {
  bucket: string
  region: string
  endpoint: string
}

interface Facts extends FailedPlace {
  /** The rights that the action needs. */
  right: string
  /** The region of the bucket, if the store says so. */
  bucketRegion: string | undefined
  /** The SDK's own message. */
  message: string
}

/** Says in half a sentence why a request failed and how to fix it, for an action that needs these rights. */
export function reasonOf(cause: unknown, place: FailedPlace & Pick<Facts, 'right'>): string {
  const code = codeOf(cause)
  const message = cause instanceof Error ? cause.message : ''
  const known = code !== undefined && Object.hasOwn(sentences, code) ? sentences[code] : undefined
  const say = interruptedMessage.test(message) ? interrupted : known
  return say?.({ ...place, message, bucketRegion: bucketRegionOf(cause) }) ?? unknown(cause, place)
}

// What Node and the SDK say if a response ends before its body does.
const interruptedMessage = /^(aborted|Connection lost or stream closed)/

function unknown(cause: unknown, { endpoint }: FailedPlace): string {
  const status = statusOf(cause)
  if (status === undefined || !(cause instanceof Error)) return describeSystemError(cause)
  return `${endpoint} responds ${status} ${cause.name}: ${cause.message}`
}

const interrupted = ({ endpoint }: Facts) =>
  `${endpoint} closed the connection in the middle of a response: check that it is running, then try again`
const closed = ({ endpoint }: Facts) =>
  `${endpoint} closed the connection: check that it is an S3 store, and whether it expects http or https`
const silent = ({ endpoint }: Facts) => `${endpoint} did not respond in time`
const unreachable = ({ endpoint }: Facts) => `${endpoint} is unreachable: check the network`
const untrusted = ({ endpoint }: Facts) =>
  `the certificate of ${endpoint} is not trusted: add its certificate authority to NODE_EXTRA_CA_CERTS`
const busy = ({ endpoint }: Facts) => `${endpoint} is too busy: try again later`
const broken = ({ endpoint }: Facts) => `${endpoint} reports an internal error: check its log, then try again`
const unknownKey = ({ endpoint }: Facts) =>
  `${endpoint} does not know the access key: correct the credentials`
const noKeys = ({ message }: Facts) =>
  `there are no credentials: pass them, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, in the environment (${message.trim().split(/\.?\s*\n|\.$/, 1)[0]})`
const expired = () => 'the temporary credentials have expired or are not valid: get new ones'
const otherRegion = ({ bucket, region, bucketRegion = 'another region' }: Facts) =>
  `the bucket ${bucket} is in ${bucketRegion}, not in ${region}: correct the region`
const damaged = () => 'the bytes were damaged on the way: write it again'

/** What each error code of S3, of a socket or of the SDK means, and how to fix it. */
const sentences: Readonly<Record<string, (facts: Facts) => string>> = {
  // The network
  ECONNREFUSED: ({ endpoint }) =>
    `nothing is listening at ${endpoint}: start the store, or correct the endpoint`,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ENOTFOUND: ({ endpoint }) => `the host name in ${endpoint} does not exist: correct the endpoint`,
  EAI_AGAIN: ({ endpoint }) => `the host name in ${endpoint} cannot be looked up: check the network`,
  ETIMEDOUT: silent,
  TimeoutError: silent,
  RequestTimeout: silent,
  ECONNRESET: closed,
  EPIPE: closed,
  // TLS
  EPROTO: ({ endpoint }) => `${endpoint} does not speak TLS: use http:// if that is intended`,
  CERT_HAS_EXPIRED: ({ endpoint }) => `the certificate of ${endpoint} has expired`,
  ERR_TLS_CERT_ALTNAME_INVALID: ({ endpoint }) => `the certificate of ${endpoint} is for another host`,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  // Another server
  NotS3: ({ endpoint }) =>
    `${endpoint} does not respond like an S3 store: correct the endpoint (a console has another port)`,
  NotImplemented: ({ endpoint }) =>
    `${endpoint} lacks a feature that is needed: try checksums 'md5', or overwriting, which sends no If-None-Match`,
  // Credentials and rights
  CredentialsProviderError: noKeys,
  InvalidAccessKeyId: unknownKey,
  SignatureDoesNotMatch: () => 'the secret key does not match the access key: correct the credentials',
  ExpiredToken: expired,
  InvalidToken: expired,
  TokenRefreshRequired: expired,
  AccessDenied: ({ bucket, right, message }) => {
    // With KMS keys it may be the key that is denied. Only the message says so.
    const [keyRight] = /\bkms:\w+/.exec(message) ?? []
    return keyRight
      ? `access is denied: the user lacks the right ${keyRight} on the key of ${bucket}`
      : `access is denied: the user lacks the right ${right} on ${bucket}`
  },
  CheckDenied: ({ bucket }) =>
    `access is denied: this store ignores If-None-Match, so each key is checked before it is written, which needs the right s3:GetObject on ${bucket}`,
  AllAccessDisabled: ({ bucket }) => `access to the bucket ${bucket} is disabled`,
  RequestTimeTooSkewed: ({ endpoint }) =>
    `this computer's clock differs too much from that of ${endpoint}: set it`,
  // The bucket
  NoSuchBucket: ({ bucket, endpoint }) =>
    `there is no bucket ${bucket} at ${endpoint}: create it, or correct the name`,
  InvalidBucketName: ({ bucket, endpoint }) => `${bucket} is not a valid bucket name at ${endpoint}`,
  PermanentRedirect: otherRegion,
  TemporaryRedirect: otherRegion,
  AuthorizationHeaderMalformed: otherRegion,
  IllegalLocationConstraintException: otherRegion,
  // The object
  NoSuchKey: () => 'no such object',
  InvalidObjectState: () => 'the object is archived: restore it first',
  XMinioParentIsObject: () => refusalReason('besideFolder'),
  XMinioObjectExistsAsDirectory: () => refusalReason('besideFolder'),
  KeyTooLongError: () => 'the key is too long for the store',
  EntityTooLarge: () => 'the object is larger than the store allows',
  BadDigest: damaged,
  XAmzContentChecksumMismatch: damaged,
  // Other writers
  NoSuchUpload: () =>
    'its upload was aborted, or completed by another writer, during the write: write it again',
  PreconditionFailed: () => 'the key is taken, but its object cannot be inspected: write it again',
  ConditionalRequestConflict: () => 'another writer finished the same key at the same moment: write it again',
  // The store's health
  SlowDown: busy,
  SlowDownRead: busy,
  SlowDownWrite: busy,
  ServiceUnavailable: busy,
  TooManyRequests: busy,
  InternalError: broken,
  XMinioStorageFull: ({ endpoint }) => `the disk of ${endpoint} is full`,
}
