import type { QueryError } from './query-error.js'
import type { Reply } from './trino-exchange.js'

/** A statement's failure as Trino's protocol describes it. */
export interface TrinoFailure {
  message: string
  errorCode: number
  errorName: string
  errorLocation?: { lineNumber: number; columnNumber: number }
  failureInfo?: FailureInfo
}

interface FailureInfo {
  type: string
  message?: string
  stack?: readonly string[]
  cause?: FailureInfo
}

/** What a statement's failure says. */
export function failureText(
  where: string,
  { message, errorName }: Pick<TrinoFailure, 'message' | 'errorName'>,
): string {
  return errorName === 'ABANDONED_QUERY' ? goneText(where) : `${message} (${errorName})`
}

/** The facts of a statement's failure for its QueryError; the cause is Trino's exception with its Java stack. */
export function failureFacts({
  errorCode,
  errorName,
  errorLocation,
  failureInfo,
}: TrinoFailure): Pick<QueryError, 'code' | 'errorName' | 'line' | 'column'> & { cause: unknown } {
  return {
    code: errorCode,
    errorName,
    ...(errorLocation && { line: errorLocation.lineNumber, column: errorLocation.columnNumber }),
    cause: failureInfo && exceptionOf(failureInfo),
  }
}

function exceptionOf({ type, message = '', stack = [], cause }: FailureInfo): Error {
  const error = new Error(message, cause && { cause: exceptionOf(cause) })
  error.name = type
  error.stack = [`${type}: ${message}`, ...stack.map((line) => `    at ${line}`)].join('\n')
  return error
}

/** Why there was no answer in time, and what to do. */
export function noAnswerText(where: string, reply: Reply | undefined, timeoutMillis: number): string {
  const last = reply && ` but ${reply.status === undefined ? 'broken connections' : `HTTP ${reply.status}`}`
  return `Trino at ${where} gave no answer${last ?? ''} for ${timeoutMillis / 1000} s: check that it is up and not overloaded, or raise requestTimeoutMillis`
}

/** Why a reply is none of Trino's to a statement, and what to do. */
export function replyText(where: string, { status, body, error }: Reply, isPage: boolean): string {
  const trino = `Trino at ${where}`
  if (status === undefined) return brokenText(trino, error)
  if (isPage && (status === 404 || status === 410)) return goneText(where)
  const text = statusTexts[status]
  if (text !== undefined) return `${trino} ${text}`
  if (status === 200) {
    return `${trino} answered with what is not Trino's protocol, or not the whole of it: check that the URL leads to Trino and to no web page, and that it still runs`
  }
  const words =
    typeof body === 'string'
      ? body
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim()
      : ''
  return `${trino} answered HTTP ${status}${words && `: ${words.slice(0, 200)}`}`
}

const statusTexts: Record<number, string> = {
  401: 'wants other credentials (HTTP 401): check user and password, or token',
  403: 'does not let this user in (HTTP 403): check user, and that it may use Trino over this URL',
  429: 'has had too many requests (HTTP 429) again and again: run fewer queries at once, or try again later',
  502: 'cannot be reached by the proxy before it (HTTP 502): check that Trino is up',
  503: 'is not ready (HTTP 503): wait until it has started, and check that it is up',
  504: 'does not answer the proxy before it (HTTP 504): check that Trino is up and not overloaded',
}

function goneText(where: string): string {
  return `Trino at ${where} has dropped the query: it does so with one whose rows nobody takes for 5 minutes (its query.client.timeout), and when it restarts; take the rows faster, or run the query again`
}

function brokenText(trino: string, error: (Error & { code?: unknown }) | undefined): string {
  const words = error?.message ?? 'no connection'
  const code = typeof error?.code === 'string' ? error.code : ''
  if (/CERT|SELF_SIGNED|VERIFY|ISSUER/.test(code)) {
    return `${trino} has a certificate that is not trusted (${words}): give the certificate of its authority as ca`
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return `${trino} broke the connection (${words}): check that it still runs, and that the URL has the right one of http and https`
  }
  return `${trino} cannot be reached (${words || code}): check that it runs, and its URL`
}
