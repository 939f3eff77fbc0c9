import type { QueryError } from '../query-error.js'
import type { NoAnswer, Reply } from './trino-exchange.js'

/** The server that failed. Text that is not ours passes through `redact`, as it may repeat credentials. */
interface Peer {
  where: string
  redact: (text: string) => string
}

/** A failed statement as Trino's protocol describes it. */
export interface TrinoFailure {
  message: string
  errorCode: number
  errorName: string
  /** 'USER_ERROR', 'INTERNAL_ERROR', 'INSUFFICIENT_RESOURCES' or 'EXTERNAL'. */
  errorType?: string
  errorLocation?: { lineNumber: number; columnNumber: number }
  failureInfo?: FailureInfo
}

interface FailureInfo {
  type: string
  message?: string
  stack?: readonly string[]
  cause?: FailureInfo
}

/** The error message for a failed statement. */
export function failureText({ where, redact }: Peer, { message, errorName }: TrinoFailure): string {
  return errorName === 'ABANDONED_QUERY' ? goneText(where) : `${redact(message)} (${errorName})`
}

/** The facts of a failed statement for its QueryError. The cause is Trino's exception with its Java stack. */
export function failureFacts(
  { redact }: Peer,
  { errorCode, errorName, errorType, errorLocation, failureInfo }: TrinoFailure,
): Pick<QueryError, 'code' | 'errorName' | 'errorType' | 'line' | 'column'> & { cause: unknown } {
  return {
    code: errorCode,
    errorName,
    ...(errorType !== undefined && { errorType }),
    ...(errorLocation && { line: errorLocation.lineNumber, column: errorLocation.columnNumber }),
    cause: failureInfo && exceptionOf(failureInfo, redact),
  }
}

function exceptionOf({ type, message = '', stack = [], cause }: FailureInfo, redact: Peer['redact']): Error {
  const error = new Error(redact(message), cause && { cause: exceptionOf(cause, redact) })
  error.name = type
  error.stack = redact([`${type}: ${message}`, ...stack.map((line) => `    at ${line}`)].join('\n'))
  return error
}

/** The error message for a missing answer, with what to do. */
export function noAnswerText({ where }: Peer, { but }: NoAnswer, timeoutMillis: number): string {
  return `Trino at ${where} gave no answer for ${timeoutMillis / 1000} s${but ? ` (only ${but})` : ''}: check that it is up and not overloaded, or raise the time-out`
}

/** The error message for a reply that is not Trino's answer to a statement, with what to do. */
export function replyText(peer: Peer, { status, body, error }: Reply, isPage: boolean): string {
  const trino = `Trino at ${peer.where}`
  if (status === undefined) return brokenText(peer, error)
  if (isPage && (status === 404 || status === 410)) return goneText(peer.where)
  const text = statusTexts[status]
  if (text !== undefined) return `${trino} ${text}`
  if (status === 200) {
    return `${trino} sent a response that is not Trino's protocol, or an incomplete one: check that the URL is Trino's and not that of a web page, and that Trino still runs`
  }
  const words = typeof body === 'string' ? plainWords(peer, body) : ''
  const answered = `${trino} answered HTTP ${status}`
  return !isPage && [400, 404, 405].includes(status)
    ? `${answered}${words && ` (${words})`}: is it Trino, and the right port?`
    : `${answered}${words && `: ${words}`}`
}

const statusTexts: Record<number, string> = {
  401: 'rejected the credentials (HTTP 401): check user and password, or token',
  403: 'denied access to this user (HTTP 403): check user, and that it may use Trino at this URL',
  429: 'keeps refusing requests as too many (HTTP 429): run fewer queries at once, or try again later',
  502: 'cannot be reached by the proxy in front of it (HTTP 502): check that Trino is up',
  503: 'is not ready (HTTP 503): wait until it has started, and check that it is up',
  504: 'does not answer the proxy in front of it (HTTP 504): check that Trino is up and not overloaded',
}

/** The beginning of a response's text, on one line and without HTML. */
function plainWords({ redact }: Peer, text: string): string {
  const words = redact(text)
    .replace(/<[^>]*>|&#?\w+;/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return redact(words).slice(0, 200)
}

/** The error message for the URL of a query's next page; undefined if the URL may be requested. */
export function pageUrlText(
  { where, redact }: Peer,
  text: string,
  hasCredentials: boolean,
): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    return `Trino at ${where} gave ${redact(JSON.stringify(text))} as the URL of the next page: check that the engine's URL is that of Trino, or of a proxy that does not rewrite responses`
  }
  if (where.startsWith('https:') && url.protocol !== 'https:') {
    return `Trino at ${where} sends its clients to a URL without TLS: set http-server.process-forwarded=true in Trino behind a proxy`
  }
  if (hasCredentials && url.origin !== where) {
    return `Trino at ${where} sends its clients to ${redact(url.origin)}, to which no password or token is sent: use that as url if it is correct, or set http-server.process-forwarded=true in Trino behind a proxy`
  }
  return undefined
}

function goneText(where: string): string {
  return `Trino at ${where} has dropped the query, as it does when nobody fetches rows for 5 minutes (its query.client.timeout) and when it restarts: consume the rows faster, or run the query again`
}

function brokenText({ where, redact }: Peer, error: (Error & { code?: unknown }) | undefined): string {
  const trino = `Trino at ${where}`
  const words = redact(error?.message ?? 'no connection')
    .replace(/\s+/g, ' ')
    .trim()
  const code = typeof error?.code === 'string' ? error.code : ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `${trino} has a certificate for another host (${words}): use the certificate's host in the URL`
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return `${trino} has an expired certificate (${words}): renew it, and check this machine's clock`
  }
  if (/ISSUER|VERIFY_LEAF|SELF_SIGNED|UNTRUSTED/.test(code)) {
    return `${trino} has a certificate that is not trusted (${words}): pass the certificate of its authority as ca`
  }
  if (/CERT/.test(code)) return `${trino} has an invalid certificate (${words})`
  if (/^ERR_SSL_.*ALERT/.test(code) || / alert /.test(words)) {
    return `${trino} refuses this TLS connection (${words}): check which TLS versions and certificates it requires`
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return `${trino} does not speak TLS: use ${where.replace('https:', 'http:')}, or the port of its https`
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_')) {
    return `${trino} closed the connection (${words}): check that it still runs, and whether the URL should start with http or https`
  }
  return `${trino} cannot be reached (${words || code}): check that it runs, and its URL`
}
