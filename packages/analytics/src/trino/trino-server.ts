import type { ClientOptions } from 'presto-client'
import type { QueryError } from '../query-error.js'
import { parsePage } from './parse-page.js'

/** Trino session properties by name: `{ query_max_run_time: '10m' }`. */
export type SessionProperties = Readonly<Record<string, string | number | boolean>>

/**
 * Finds out why a statement makes no progress, or has failed with `failure` although its SQL may be right: an error that names the
 * cause; undefined if none is found.
 */
export type Diagnose = (about: {
  failure?: QueryError | undefined
  signal: AbortSignal
}) => Promise<Error | undefined>

/** Options of `trinoEngine`. */
export interface TrinoEngineOptions {
  /** URL of the server: `http://localhost:8080`. */
  url: string
  /** The user that runs the queries. */
  user: string
  /** Catalog for table names without one. Default: none. */
  catalog?: string
  /** Schema for table names without one. Requires `catalog`. Default: none. */
  schema?: string
  /** The source of queries in Trino's list of queries. Default 'minilake'. */
  source?: string
  /** The user's password. Requires https, unless the server is on this machine. */
  password?: string
  /** A JSON Web Token instead of a password. Requires https, unless the server is on this machine. */
  token?: string
  /** Certificates of trusted authorities for https, as PEM text. Default: those that Node trusts. */
  ca?: string
  /** Session properties for all statements. Default: none. */
  sessionProperties?: SessionProperties
  /** How long one HTTP request may go unanswered. Default 30,000. It does not limit the duration of a query. */
  requestTimeoutMillis?: number
  /**
   * Asked about a statement without progress and about a failure that is not one of the SQL. The statement fails with the error that
   * it gives; undefined changes nothing. Default: nobody is asked.
   */
  diagnose?: Diagnose
  /** How long a statement may make no progress before `diagnose` is asked, each time. Default 5,000. */
  stallMillis?: number
}

/** A Trino server and how statements are sent to it. */
export interface TrinoServer {
  /** Its URL, for error messages. */
  where: string
  client: ClientOptions
  /** HTTP headers of each statement. */
  headers: Record<string, string>
  /** How long one HTTP request may go unanswered. */
  requestTimeoutMillis: number
  diagnose: Diagnose | undefined
  /** How long a statement may make no progress before `diagnose` is asked. */
  stallMillis: number
  /** Replaces credentials in a text. */
  redact: (text: string) => string
}

/** Checks the options of an engine. Throws a TypeError or RangeError for invalid ones; no message repeats a credential. */
export function trinoServer({
  url,
  user,
  catalog,
  schema,
  source = 'minilake',
  password,
  token,
  ca,
  requestTimeoutMillis = 30_000,
  diagnose,
  stallMillis = 5_000,
}: TrinoEngineOptions): TrinoServer {
  const { protocol, hostname, port, origin } = serverUrl(url)
  const isSecure = protocol === 'https:'
  if (!user) throw new TypeError('user expected a name, got none')
  for (const [name, value] of Object.entries({ user, catalog, schema, source, token })) {
    if (value === undefined || !isUnfitForHeader.test(value)) continue
    const got = name === 'token' ? 'other text' : JSON.stringify(value)
    throw new RangeError(`${name} expected one line of Latin-1 text, as HTTP headers require, got ${got}`)
  }
  if (schema !== undefined && catalog === undefined) {
    throw new TypeError(`schema ${schema} expected a catalog beside it, got none`)
  }
  if (password !== undefined && token !== undefined) {
    throw new TypeError('credentials expected a password or a token, got both')
  }
  if ((password ?? token) !== undefined && !isSecure && !isLoopback.test(hostname)) {
    throw new RangeError(`url expected https, as a password or token is sent, got ${origin}`)
  }
  if (ca !== undefined && !isSecure) throw new RangeError(`url expected https, as ca is given, got ${origin}`)
  for (const [name, millis] of Object.entries({ requestTimeoutMillis, stallMillis })) {
    if (!(millis > 0 && millis < 2 ** 31)) {
      throw new RangeError(`${name} expected a number above 0 and below ${2 ** 31}, got ${millis}`)
    }
  }
  const basic = password === undefined ? undefined : `${user}:${password}`
  const secrets = [token, basic && Buffer.from(basic).toString('base64'), password]
  return {
    where: origin,
    client: {
      engine: 'trino',
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || (isSecure ? 443 : 80)),
      ...(isSecure && { ssl: ca === undefined ? {} : { ca } }),
      user,
      ...(password !== undefined && { basic_auth: { user, password } }),
      ...(token !== undefined && { custom_auth: `Bearer ${token}` }),
      ...(catalog !== undefined && { catalog }),
      ...(schema !== undefined && { schema }),
      source,
      checkInterval: 1, // milliseconds; Trino itself delays its response until there is news, and 0 would mean 800
      jsonParser: { parse: parsePage },
      timeout: 0,
    },
    headers: { 'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME' },
    requestTimeoutMillis,
    diagnose,
    stallMillis,
    redact: (text) =>
      secrets.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, '…') : rest), text),
  }
}

const isUnfitForHeader = /[^\t\x20-\x7e\x80-\xff]/

const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** Parses the URL of a server, without path or credentials. The error does not repeat a URL that contains credentials. */
function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.username || url?.password) {
    throw new TypeError('url expected no user or password in it: pass them as the options user and password')
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw new TypeError(`url expected http(s)://host:port, got ${text}`)
  }
  return url
}

/** The HTTP header for session properties. Throws a TypeError for an invalid name. */
export function sessionHeader(properties: SessionProperties): { 'X-Trino-Session'?: string } {
  const texts = Object.entries(properties).map(([name, value]) => {
    if (!/^[\w.-]+$/.test(name)) {
      throw new TypeError(`session property expected a name of letters, digits, _, - and ., got ${name}`)
    }
    return `${name}=${encodeURIComponent(value)}`
  })
  return texts.length === 0 ? {} : { 'X-Trino-Session': texts.join(',') }
}
