import { setTimeout as wait } from 'node:timers/promises'
import { parseExactJson } from './exact-json.js'
import { freeSql, type Query } from '../query.js'
import { QueryError } from '../query-error.js'
import { checkColumns, requiredColumns, type ResultRows, type SqlEngine } from '../sql-engine.js'
import { rowObject } from '../row-object.js'
import { startStatement, type TrinoServer, type TrinoStatement } from './trino-statement.js'
import { type TrinoResultColumn, trinoResultColumns } from './trino-types.js'

/** Names and values of Trino's session properties: `{ query_max_run_time: '10m' }`. */
export type SessionProperties = Readonly<Record<string, string | number | boolean>>

/** How to reach a Trino server. */
export interface TrinoEngineOptions {
  /** Its URL: `http://localhost:8080`. */
  url: string
  /** Who asks. */
  user: string
  /** Catalog of table names that have none. */
  catalog?: string
  /** Schema of table names that have none; it needs a catalog. */
  schema?: string
  /** Where queries come from, as Trino lists them. Default `minilake`. */
  source?: string
  /** The user's password; only over https, or to this machine. */
  password?: string
  /** A JSON Web Token, in place of a password; only over https, or to this machine. */
  token?: string
  /** Certificates of the authorities to trust over https, as PEM text. Default: those that Node trusts. */
  ca?: string
  /** Session properties of all statements. Default none. */
  sessionProperties?: SessionProperties
  /** How long one request to Trino may be without any answer. Default 30,000; a query may take as long as it likes. */
  requestTimeoutMillis?: number
}

/** What a query may be given. */
export interface TrinoQueryOptions {
  /** Aborting it ends the query, in Trino too. */
  signal?: AbortSignal
  /** Session properties of this query, which go before those of the engine. Default none. */
  sessionProperties?: SessionProperties
}

/** Trino as a SqlEngine, with session properties by query. */
export interface TrinoEngine extends SqlEngine {
  query<R>(query: Query<R>, options?: TrinoQueryOptions): ResultRows<R>
}

/**
 * A Trino server as a SqlEngine. Its time zone is UTC, each statement has a session of its own, and rows are fetched page by page as
 * they are taken. Throws a TypeError or RangeError for options that cannot be; that Trino is not there shows at the first query.
 */
export function trinoEngine(options: TrinoEngineOptions): TrinoEngine {
  const server = trinoServer(options)
  sessionHeader(options.sessionProperties ?? {})
  const running = new Set<TrinoStatement>()
  let isClosed = false

  const start = async (sql: string, { signal, sessionProperties }: TrinoQueryOptions = {}) => {
    signal?.throwIfAborted()
    if (isClosed) throw new QueryError(`the engine for Trino at ${server.where} is closed`, { sql })
    const session = sessionHeader({ ...options.sessionProperties, ...sessionProperties })
    const statement = startStatement({ ...server, headers: { ...server.headers, ...session } }, sql)
    const end = () => statement.end(signal?.reason)
    running.add(statement)
    signal?.addEventListener('abort', end)
    void statement.over.then(() => {
      running.delete(statement)
      signal?.removeEventListener('abort', end)
    })
    return { statement, columns: trinoResultColumns(await statement.columns) }
  }

  /** Starts a statement, and gives its first page with it. */
  const begin = (
    sql: string,
    options?: TrinoQueryOptions,
    check?: (columns: readonly TrinoResultColumn[]) => void,
  ) =>
    onceThereAreWorkers(async () => {
      const { statement, columns } = await start(sql, options)
      try {
        check?.(columns)
        return { statement, columns, first: await statement.next() }
      } catch (error) {
        statement.end(error)
        throw error
      }
    }, options?.signal)

  return {
    async execute(text) {
      const { statement } = await begin(freeSql(text).sql)
      while (await statement.next());
    },

    query<R>(query: Query<R>, options?: TrinoQueryOptions): ResultRows<R> {
      let running: ReturnType<typeof begin> | undefined
      const run = () => (running ??= begin(query.sql, options, (columns) => checkColumns(query, columns)))
      return {
        columns: async () => (await run()).columns.map(({ read: _, ...column }) => column),
        async *[Symbol.asyncIterator]() {
          const begun = await run()
          const { statement, columns, first } = begun
          begun.first = undefined // a second loop goes on where the first one was left
          const required = requiredColumns(query)
          const readers = columns.map((column) => ({ ...column, isRequired: required.has(column.name) }))
          try {
            for (let page = first ?? (await statement.next()); page; page = await statement.next()) {
              for (const row of page) {
                options?.signal?.throwIfAborted()
                yield rowObject(readers, row, query.sql) as R
              }
            }
          } finally {
            statement.end()
          }
        },
      }
    },

    async close() {
      isClosed = true
      for (const statement of running) statement.end()
      await Promise.all([...running].map(({ over }) => over))
    },
  }
}

/** How long a cluster may have no workers, as for some seconds after its start, before that is a failure, in milliseconds. */
const workersMillis = 15_000

/** Does again what fails because there is no worker. */
async function onceThereAreWorkers<R>(work: () => Promise<R>, signal?: AbortSignal): Promise<R> {
  const deadline = performance.now() + workersMillis
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const isWithout = error instanceof QueryError && error.errorName === 'NO_NODES_AVAILABLE'
      if (!isWithout || performance.now() > deadline) throw error
      await wait(500, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted())
    }
  }
}

function trinoServer({
  url,
  user,
  catalog,
  schema,
  source = 'minilake',
  password,
  token,
  ca,
  requestTimeoutMillis = 30_000,
}: TrinoEngineOptions): TrinoServer {
  const { protocol, hostname, port, origin } = serverUrl(url)
  const isSecure = protocol === 'https:'
  if (!user) throw new TypeError('user expected a name, got none')
  for (const [name, value] of Object.entries({ user, catalog, schema, source, token })) {
    if (value === undefined || !isUnfitForHeader.test(value)) continue
    const got = name === 'token' ? 'another' : JSON.stringify(value)
    throw new RangeError(`${name} expected text of Latin-1 in one line, as an HTTP header holds, got ${got}`)
  }
  if (schema !== undefined && catalog === undefined) {
    throw new TypeError(`schema ${schema} expected a catalog too, got none`)
  }
  if (password !== undefined && token !== undefined) {
    throw new TypeError('credentials expected a password or a token, got both')
  }
  if ((password ?? token) !== undefined && !isSecure && !isLoopback.test(hostname)) {
    throw new RangeError(`url expected https for a password or token to be sent, got ${origin}`)
  }
  if (ca !== undefined && !isSecure) throw new RangeError(`url expected https for a ca, got ${origin}`)
  if (!(requestTimeoutMillis > 0 && requestTimeoutMillis < 2 ** 31)) {
    throw new RangeError(
      `requestTimeoutMillis expected a number above 0 and below ${2 ** 31}, got ${requestTimeoutMillis}`,
    )
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
      checkInterval: 1, // Trino waits by itself until there is news; 0 would mean 800
      jsonParser: { parse: parseExactJson },
      timeout: 0,
    },
    headers: { 'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME' },
    requestTimeoutMillis,
    redact: (text) =>
      secrets.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, '…') : rest), text),
  }
}

const isUnfitForHeader = /[^\t\x20-\x7e\x80-\xff]/

const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/** A URL of a server and no more; one with credentials is not repeated in the error. */
function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.username || url?.password) {
    throw new TypeError('url expected no user or password in it, but as options of their own')
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw new TypeError(`url expected http(s)://host:port, got ${text}`)
  }
  return url
}

function sessionHeader(properties: SessionProperties): { 'X-Trino-Session'?: string } {
  const texts = Object.entries(properties).map(([name, value]) => {
    if (!/^[\w.-]+$/.test(name)) {
      throw new TypeError(`session property expected a name of letters, digits, _, - and ., got ${name}`)
    }
    return `${name}=${encodeURIComponent(value)}`
  })
  return texts.length === 0 ? {} : { 'X-Trino-Session': texts.join(',') }
}
