import { lakeLocation } from '@minilake/schema'
import { maskCredentials } from '../config/mask-credentials.js'
import { UsageError } from '../usage-error.js'

/** Where a lake is in S3. */
export interface S3Location {
  /** The name of a bucket, or the ARN of an access point. */
  bucket: string
  /** What the keys of the lake's objects begin with: `team/lake/`; empty for the whole bucket. */
  keyPrefix: string
}

/**
 * The parts of a location such as `s3://iot-time-series/team/lake/` or `s3://arn:aws:s3:…:accesspoint/readings/team/`. Throws a
 * UsageError that begins with `name` for any other URL.
 */
export function s3Location(location: string, name: string): S3Location {
  const parts = /^s3a?:\/\/(arn:[^/]*:accesspoint\/[^/]+|[^/]+)\/((?:[^/]+\/)*)$/.exec(location)
  const [, bucket, keyPrefix = ''] = parts ?? []
  if (bucket !== undefined) return { bucket, keyPrefix }
  throw new UsageError(
    `${name} expected a bucket or a folder in one, such as ${lakeLocation} or ${lakeLocation}team/lake/, got ${maskCredentials(location)}`,
  )
}

/** Throws a UsageError for an access point's ARN: objects can be published there, but a table cannot have it as its location. */
export function checkTableLocation(location: string, name: string): void {
  if (!/^s3a?:\/\/arn:/.test(location)) return
  throw new UsageError(
    `${name} expected a location that Trino can read, got the ARN of an access point in ${location}: use the access point's alias (…-s3alias), which works as a bucket does`,
  )
}
