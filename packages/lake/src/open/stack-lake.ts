import { hiveStatements } from '@minilake/catalog'
import type { Diagnose, TrinoEngine } from '@minilake/analytics/trino'
import type { Checksums, S3Store, S3StoreOptions } from '@minilake/ingest/s3'
import type { Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { registerTables } from '../register/register-tables.js'
import { UsageError } from '../usage-error.js'
import { type AskLocalParts, askParts } from './ask-parts.js'
import type { S3Keys } from './s3-keys.js'
import { checkTableLocation, s3Location } from './s3-location.js'

/** Where S3 and Trino are, and how to sign in. */
export interface StackOptions {
  /** URL of the bucket or of a folder in it, with a trailing slash. */
  location: string
  /** What the location is called in an error. Default 'profiles.stack.location'. */
  locationName?: string
  /** URL of S3. */
  endpoint: string
  region: string
  /** How S3 verifies uploads. */
  checksums: Checksums
  /** Whether S3 keeps the SHA-256 of files. */
  sha256InMetadata: boolean
  /** Whether uploads are signed with their SHA-256. */
  signPayload: boolean
  /** URL of Trino. */
  trino: string
  user: string
  /** Password in Trino; empty for none. */
  password: string
  /** JSON Web Token for Trino; empty for none. */
  token: string
  /** Seconds that S3, Trino and the metastore may go without an answer or progress. */
  timeoutSeconds: number
  /** Asks the parts of a stack on this machine. */
  askLocalParts?: AskLocalParts | undefined
  /** Keys of S3. Default: the AWS SDK looks where it always does. */
  keys?: S3Keys | undefined
  /** Seconds after which an upload counts as interrupted. */
  resumeAfterSeconds?: number | undefined
}

/** The lake on S3 and Trino, wherever they are. Its store throws a UsageError when the location is none in S3. */
export async function stackLake(tables: readonly Table[], options: StackOptions): Promise<LakeBackend> {
  const { location, locationName = settingName, resumeAfterSeconds } = options
  const { s3Store } = await import('@minilake/ingest/s3')
  const openEngine = () => openTrino(options)
  let opened: S3Store | undefined
  const openStore = () => {
    const settings = storeOptions(options)
    try {
      return s3Store({ ...settings, ...(resumeAfterSeconds !== undefined && { resumeAfterSeconds }) })
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause
      throw new UsageError(`${locationName}: ${cause.message}`, { cause })
    }
  }
  const store = () => (opened ??= openStore())
  return {
    profile: 'stack',
    tables,
    servers: { endpoint: options.endpoint, trino: options.trino, location },
    // Statements can be printed for a location that is none of ours.
    get store() {
      return store()
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- rejects, does not throw
    catalogStatements: async (wanted = tables) => {
      checkTableLocation(location, locationName)
      return hiveStatements(wanted, { location })
    },
    registerTables: async (wanted, { signal }) => {
      checkTableLocation(location, locationName)
      // Tables must not be registered over a bucket that is not there or that may not be read.
      for await (const _object of store().list('')) break
      const engine = await openEngine()
      try {
        return await registerTables(wanted, { engine, location, locationName, signal })
      } finally {
        await engine.close()
      }
    },
    openEngine,
  }
}

/**
 * How long a statement makes no progress before the parts are asked, and how long a part then has to answer: together a little less than
 * the time-out, so that what is found comes before an error of Trino's own silence.
 */
function stallTimes(timeoutSeconds: number): { stallMillis: number; answerMillis: number } {
  const stallMillis = Math.min(5_000, timeoutSeconds * 250)
  return { stallMillis, answerMillis: Math.round(0.9 * (timeoutSeconds * 1000 - stallMillis)) }
}

/** Trino as the options say. It names the part that is dead or frozen. */
async function openTrino(options: StackOptions): Promise<TrinoEngine> {
  const { trino: url, user, password, token, timeoutSeconds, endpoint, askLocalParts } = options
  const { trinoEngine } = await import('@minilake/analytics/trino')
  const { stallMillis, answerMillis } = stallTimes(timeoutSeconds)
  const open = (diagnose?: Diagnose) =>
    trinoEngine({
      ...{ url, user, requestTimeoutMillis: timeoutSeconds * 1000, stallMillis },
      ...(password !== '' && { password }),
      ...(token !== '' && { token }),
      ...(diagnose && { diagnose }),
    })
  const parts = {
    endpoint,
    trino: url,
    answerMillis,
    askLocalParts,
    openTrino: () => Promise.resolve(open()),
  }
  return open(askParts(parts))
}

const settingName = 'profiles.stack.location'

/** How to reach and write to S3. */
export type BucketOptions = Pick<
  StackOptions,
  'endpoint' | 'region' | 'timeoutSeconds' | 'keys' | 'checksums' | 'sha256InMetadata' | 'signPayload'
>

/** The store of a location. Throws a UsageError for a location that is none in S3. */
export function storeOptions({
  location,
  locationName = settingName,
  endpoint,
  region,
  timeoutSeconds,
  keys,
  checksums,
  sha256InMetadata,
  signPayload,
}: Pick<StackOptions, 'location' | 'locationName'> & BucketOptions): S3StoreOptions {
  const requestTimeoutMillis = timeoutSeconds * 1000
  const connectTimeoutMillis = Math.min(5_000, requestTimeoutMillis)
  const how = { checksums, sha256InMetadata, signPayload, connectTimeoutMillis, requestTimeoutMillis }
  return {
    ...s3Location(location, locationName),
    ...{ endpoint, region, ...how },
    ...(keys && { credentials: keys }),
  }
}
