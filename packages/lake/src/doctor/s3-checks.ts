import { ObjectStoreError } from '@minilake/ingest'
import { lakeLocation, lakeNames } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { isLoopback } from '../open/s3-keys.js'
import { answerOf, startHint } from './answer-of.js'
import { type Check, FailedCheck } from './diagnose.js'

/** What the checks of S3 need to know. */
export interface S3CheckOptions {
  lake: LakeBackend
  /** URL of S3. */
  endpoint: string
  /** URL of the bucket or of a folder in it, with a trailing slash. */
  location: string
  /** How long S3 may take to answer. */
  timeoutSeconds: number
  /** Whether the keys of S3 come from the environment, not from the local stack's .env. */
  hasOwnKeys: boolean
  /** The clock that requests are signed by, in milliseconds since 1970. */
  now: () => number
}

/** Codes of S3 that mean the keys are wrong. */
const keyCodes: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'CredentialsProviderError',
])

/** S3 refuses requests signed more than 15 minutes away from its own time. */
const clockMillis = 15 * 60 * 1000

/** Checks whether S3 answers, accepts the keys and lists the bucket. */
export function s3Checks(options: S3CheckOptions): Check[] {
  const { lake, endpoint, location, timeoutSeconds, hasOwnKeys, now } = options
  const endpointFix = isLoopback(endpoint) ? startHint : 'set profiles.stack.endpoint'
  // One listing answers five checks, so it is requested once.
  let listing: Promise<ObjectStoreError | undefined> | undefined
  const listingFailure = () => (listing ??= listingFailureOf(lake))

  return [
    {
      name: 'endpoint',
      run: async () => {
        await answerOf(endpoint, { name: 'S3', timeoutSeconds, fix: endpointFix })
        const failed = await listingFailure()
        // MinIO's console answers InvalidArgument.
        if (failed?.code !== 'NotS3' && failed?.code !== 'InvalidArgument') return endpoint
        throw new FailedCheck(`the server at ${endpoint} is not S3: ${failed.message}`, {
          fix: 'set profiles.stack.endpoint to the URL of S3, not of its console',
          cause: failed,
        })
      },
    },
    {
      name: 'clock',
      run: async () => {
        const fix = 'set the clock, best from the network (timedatectl set-ntp true)'
        const { headers } = await answerOf(endpoint, { name: 'S3', timeoutSeconds, fix: endpointFix })
        const apart = now() - Date.parse(headers.get('date') ?? '')
        const text = `${Math.round(Math.abs(apart) / 1000)} s ${apart < 0 ? 'behind' : 'ahead of'} the clock of S3`
        if (Math.abs(apart) > clockMillis) {
          throw new FailedCheck(
            `the clock of this machine is ${text}; S3 refuses requests that are more than 15 minutes off`,
            { fix },
          )
        }
        const failed = await listingFailure()
        if (failed?.code === 'RequestTimeTooSkewed')
          throw new FailedCheck(failed.message, { fix, cause: failed })
        if (Number.isNaN(apart)) return 'S3 does not report its time'
        return Math.abs(apart) < 2000 ? 'agrees with S3' : text
      },
    },
    {
      name: 'credentials',
      run: async () => {
        const failed = await listingFailure()
        if (!keyCodes.has(failed?.code ?? '')) return 'accepted by S3'
        throw new FailedCheck(failed?.message ?? '', { fix: keysFix(endpoint, hasOwnKeys), cause: failed })
      },
    },
    {
      name: 'bucket',
      run: async () => {
        const failed = await listingFailure()
        // S3 does not tell a user without rights whether another bucket exists.
        const isHidden = failed?.code === 'AccessDenied' && !location.startsWith(lakeLocation)
        if (failed?.code !== 'NoSuchBucket' && !isHidden) return lake.store.location
        throw new FailedCheck(failed.message, {
          fix: `create the bucket and let this user list it, or set profiles.stack.location; minilake up creates ${lakeNames.bucket}`,
          cause: failed,
        })
      },
    },
    {
      name: 'listing',
      run: async () => {
        const failed = await listingFailure()
        if (failed === undefined) return 'allowed'
        throw new FailedCheck(failed.message, {
          fix: listingFixes[failed.code ?? ''] ?? "look at the log of S3 and at this user's rights",
          cause: failed,
        })
      },
    },
  ]
}

const listingFixes: Readonly<Record<string, string>> = {
  AccessDenied: 'give the user the right to list the bucket (s3:ListBucket)',
  AuthorizationHeaderMalformed: 'set profiles.stack.region to the region of the bucket',
  PermanentRedirect: 'set profiles.stack.region, and the endpoint of that region',
}

function keysFix(endpoint: string, hasOwnKeys: boolean): string {
  if (hasOwnKeys)
    return 'correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or unset them: on this machine minilake then takes the keys from .env'
  if (isLoopback(endpoint))
    return 'minilake up writes a .env with the keys of the local stack; or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
  return 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE'
}

/** How a listing of the bucket fails; undefined when it succeeds. */
async function listingFailureOf({ store }: LakeBackend): Promise<ObjectStoreError | undefined> {
  try {
    for await (const _object of store.list('')) break
    return undefined
  } catch (error) {
    if (error instanceof ObjectStoreError) return error
    throw error
  }
}
