import { hiveStatements } from '@minilake/catalog'
import type { Checksums, S3Store, S3StoreOptions } from '@minilake/ingest/s3'
import type { Table } from '@minilake/schema'
import { maskCredentials } from '../config/mask-credentials.js'
import type { LakeBackend } from '../lake-backend.js'
import { registerTables } from '../register/register-tables.js'
import { UsageError } from '../usage-error.js'
import type { S3Keys } from './s3-keys.js'

/** Where S3 and Trino are, and how to sign in. */
export interface StackOptions {
  /** Root of the bucket as a URL. */
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
  /** Keys of S3. Default: the AWS SDK looks where it always does. */
  keys?: S3Keys | undefined
  /** Seconds after which an upload counts as interrupted. */
  resumeAfterSeconds?: number | undefined
}

/** The lake on S3 and Trino, wherever they are. Its store throws a UsageError when the location is not the root of a bucket. */
export async function stackLake(tables: readonly Table[], options: StackOptions): Promise<LakeBackend> {
  const { location, resumeAfterSeconds } = options
  const { s3Store } = await import('@minilake/ingest/s3')
  const openEngine = () => openTrino(options)
  let store: S3Store | undefined
  return {
    profile: 'stack',
    tables,
    servers: { endpoint: options.endpoint, trino: options.trino, location },
    // Statements can be printed for a location that is none of ours.
    get store() {
      return (store ??= s3Store({
        ...storeOptions(options),
        ...(resumeAfterSeconds !== undefined && { resumeAfterSeconds }),
      }))
    },
    catalogStatements: (wanted = tables) => Promise.resolve(hiveStatements(wanted, { location })),
    registerTables: async (wanted, { signal }) => {
      const engine = await openEngine()
      try {
        return await registerTables(wanted, { engine, location, signal })
      } finally {
        await engine.close()
      }
    },
    openEngine,
  }
}

/** Trino as the options say. */
async function openTrino({
  trino: url,
  user,
  password,
  token,
}: Pick<StackOptions, 'trino' | 'user' | 'password' | 'token'>) {
  const { trinoEngine } = await import('@minilake/analytics/trino')
  return trinoEngine({ url, user, ...(password !== '' && { password }), ...(token !== '' && { token }) })
}

/** Where a bucket is, and how to write to it. */
export type BucketOptions = Pick<
  StackOptions,
  'endpoint' | 'region' | 'keys' | 'checksums' | 'sha256InMetadata' | 'signPayload'
>

/** A bucket by its URL. Throws a UsageError for a URL that is not the root of one. */
export function storeOptions({
  location,
  locationName = 'profiles.stack.location',
  endpoint,
  region,
  keys,
  checksums,
  sha256InMetadata,
  signPayload,
}: Pick<StackOptions, 'location' | 'locationName'> & BucketOptions): S3StoreOptions {
  const bucket = /^s3a?:\/\/([^/]+)\/$/.exec(location)?.[1]
  if (bucket === undefined) {
    throw new UsageError(
      `${locationName} expected the root of a bucket, such as s3://iot-time-series/, got ${maskCredentials(location)}`,
    )
  }
  const how = { checksums, sha256InMetadata, signPayload }
  return { bucket, endpoint, region, ...how, ...(keys && { credentials: keys }) }
}
