import type { Checksums, S3StoreOptions } from '@minilake/ingest/s3'
import type { S3Keys } from './s3-keys.js'
import { s3Location } from './s3-location.js'

/** The setting of a lake's location. */
export const locationSetting = 'profiles.stack.location'

/** How to reach and write to S3. */
export interface BucketOptions {
  /** URL of S3. */
  endpoint: string
  region: string
  /** Seconds that S3 may go without an answer or progress. */
  timeoutSeconds: number
  /** How S3 verifies uploads. */
  checksums: Checksums
  /** Whether S3 keeps the SHA-256 of files. */
  sha256InMetadata: boolean
  /** Whether uploads are signed with their SHA-256. */
  signPayload: boolean
  /** Who signs requests. Default: who the AWS SDK finds. */
  keys?: S3Keys | undefined
}

/** The store of a location. Throws a UsageError for a location outside S3. */
export function storeOptions({
  location,
  locationName = locationSetting,
  endpoint,
  region,
  timeoutSeconds,
  keys,
  checksums,
  sha256InMetadata,
  signPayload,
}: BucketOptions & { location: string; locationName?: string }): S3StoreOptions {
  const requestTimeoutMillis = timeoutSeconds * 1000
  const connectTimeoutMillis = Math.min(5_000, requestTimeoutMillis)
  return {
    ...s3Location(location, locationName),
    ...{ endpoint, region, checksums, sha256InMetadata, signPayload },
    ...{ connectTimeoutMillis, requestTimeoutMillis },
    ...(keys && { credentials: keys }),
  }
}
