/** The fields that the SDK adds to the errors of its requests. */
interface SdkErrorFields extends Partial<Error> {
  code?: unknown
  Code?: unknown
  Region?: string
  $fault?: unknown
  $metadata?: { httpStatusCode?: number; attempts?: number }
  $response?: { headers?: Record<string, string> }
}

function fieldsOf(error: unknown): SdkErrorFields {
  return error instanceof Error ? error : {}
}

/** Whether an error of the SDK has this name, which is S3's error code. */
export function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name
}

/** The HTTP status of the response that the SDK turned into an error; undefined if there was no response. */
export function statusOf(error: unknown): number | undefined {
  return fieldsOf(error).$metadata?.httpStatusCode
}

/** Whether an error comes from a request of the SDK, not from our own code or the source of the bytes. */
export function isRequestError(error: unknown): boolean {
  return fieldsOf(error).$metadata !== undefined
}

/** How many times the SDK sent the request that failed with this error. */
export function attemptsOf(error: unknown): number {
  return fieldsOf(error).$metadata?.attempts ?? 1
}

/** The region of the bucket, if the error says so. */
export function bucketRegionOf(error: unknown): string | undefined {
  const { Region, $response } = fieldsOf(error)
  return Region ?? $response?.headers?.['x-amz-bucket-region']
}

/** An error for a response with status 200 that is not S3's: a web page, or a console. */
export function notS3(message: string): Error {
  return Object.assign(new Error(message), { code: 'NotS3' })
}

// The SDK's names for a response without an S3 error code, as of a proxy or of a server that is not an S3 store.
const namesWithoutCode = /^(Error|SyntaxError|Unknown|UnknownError|NotFound|Forbidden|\d+)$/

const codesOfStatus: Readonly<Record<number, string>> = {
  403: 'AccessDenied',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'ServiceUnavailable',
  503: 'ServiceUnavailable',
  504: 'ServiceUnavailable',
}

/** The error code of the socket or of S3. Without one, the code that the HTTP status stands for, or `NotS3`. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = fieldsOf(error)
  if (typeof code === 'string') return code
  if (!namesWithoutCode.test(error.name)) return error.name
  const status = statusOf(error)
  return status === undefined ? undefined : (codesOfStatus[status] ?? 'NotS3')
}

// Nothing else of an error is kept: S3 repeats key names, session tokens and what was signed in fields of many names, and the SDK
// adds the request itself.
const keptFields = ['code', 'Code', '$fault', '$metadata', 'Region'] as const

/** A copy of an error of the SDK without any credentials. */
export function withoutCredentials(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const copy = new Error(error.message)
  for (const field of ['name', 'stack'] as const) {
    Object.defineProperty(copy, field, { value: error[field], configurable: true, writable: true })
  }
  const fields = fieldsOf(error)
  for (const field of keptFields) {
    if (fields[field] !== undefined) Object.assign(copy, { [field]: fields[field] })
  }
  return copy
}
