import { ObjectStoreError } from '../../object-store.js'
import { actions, type FailedPlace, reasonOf, type S3Action } from './error-sentences.js'
import { codeOf, withoutCredentials } from './sdk-error.js'

/**
 * The error for a failed action: one sentence that says what failed and how to fix it, with the code of S3 or of the socket. Its
 * cause is a copy of the SDK's error without credentials.
 */
export function s3Failure(
  action: S3Action,
  { key, location, cause, ...place }: FailedPlace & { key: string; location: string; cause: unknown },
): ObjectStoreError {
  const { verb, right } = actions[action]
  return new ObjectStoreError(`cannot ${verb} ${location}/${key}: ${reasonOf(cause, { ...place, right })}`, {
    key,
    location,
    cause: withoutCredentials(cause),
    code: codeOf(cause),
  })
}

/** Explains why parts of an upload may remain: removing them failed with this cause. */
export function partsLeftReason(place: FailedPlace, cause: unknown): string {
  return `its parts may remain: ${reasonOf(cause, { ...place, right: 's3:AbortMultipartUpload' })}`
}

/** The same failure with one more reason. */
export function withReason(failure: ObjectStoreError, reason: string): ObjectStoreError {
  const { message, key, location, cause, code } = failure
  return new ObjectStoreError(`${message}; ${reason}`, { key, location, cause, code })
}
