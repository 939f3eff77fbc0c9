import { setTimeout as wait } from 'node:timers/promises'
import type { Column } from '@minilake/schema'
import { type Query, sqlText } from '../query.js'
import { QueryError } from '../query-error.js'
import { type ColumnsOf, resultBatch } from '../result-batch.js'
import { checkColumns, requiredColumns, type ResultRows, type SqlEngine } from '../sql-engine.js'
import { rowObject } from '../row-object.js'
import {
  sessionHeader,
  type SessionProperties,
  type TrinoEngineOptions,
  trinoServer,
} from './trino-server.js'
import { executeImmediate } from './execute-immediate.js'
import { startStatement, type TrinoStatement } from './trino-statement.js'
import { trinoDialect } from './trino-dialect.js'
import { type TrinoResultColumn, trinoResultColumns } from './trino-types.js'

export type { Diagnose, SessionProperties, TrinoEngineOptions } from './trino-server.js'

/** Options of a query in Trino. */
export interface TrinoQueryOptions {
  /** Aborting it also ends the query in Trino. */
  signal?: AbortSignal
  /** Session properties of this query. They override those of the engine. Default: none. */
  sessionProperties?: SessionProperties
}

/** A SqlEngine for Trino whose queries can have session properties. */
export interface TrinoEngine extends SqlEngine {
  query<R, C extends Readonly<Record<string, Column>> = ColumnsOf<R>>(
    query: Query<R, C>,
    options?: TrinoQueryOptions,
  ): ResultRows<R, C>
}

/**
 * A Trino server as a SqlEngine. The time zone is UTC, each statement has its own session, and rows are fetched page by page as they
 * are consumed. Throws a TypeError or RangeError for invalid options. It does not connect before the first query.
 *
 * @example
 * ```ts
 * import { alarmCount } from '@minilake/analytics'
 * import { trinoEngine } from '@minilake/analytics/trino'
 * import { pump } from '@minilake/schema'
 *
 * const engine = trinoEngine({ url: 'http://localhost:8080', user: 'me' })
 * const options = { signal: AbortSignal.timeout(60_000) }
 * for await (const { rows } of engine.query(alarmCount(pump), options)) console.log(rows) // bigint
 * await engine.close()
 * ```
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

  /** Starts a statement and waits for its first page. */
  const begin = (
    sql: string,
    options?: TrinoQueryOptions,
    check?: (columns: readonly TrinoResultColumn[]) => void,
  ) =>
    retryWithoutWorkers(async () => {
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
    dialect: trinoDialect,

    async execute(text) {
      const { statement } = await begin(text)
      while (await statement.next());
    },

    query<R, C extends Readonly<Record<string, Column>>>(query: Query<R, C>, options?: TrinoQueryOptions) {
      const sql = sqlText(query, trinoDialect)
      const required = requiredColumns(query)
      let running: ReturnType<typeof begin> | undefined
      const text = executeImmediate(sql, query.parameters ?? {})
      const run = () => (running ??= begin(text, options, (columns) => checkColumns(query, columns, sql)))
      /** The pages; a second loop continues where the first one stopped. */
      async function* pages() {
        const begun = await run()
        const { statement, first } = begun
        begun.first = undefined
        try {
          for (let page = first ?? (await statement.next()); page; page = await statement.next()) {
            options?.signal?.throwIfAborted()
            yield page
          }
        } finally {
          statement.end()
        }
      }
      return {
        columns: async () =>
          (await run()).columns.map(({ read: _read, buffer: _buffer, ...column }) => column),
        async *batches() {
          const { columns } = await run()
          for await (const page of pages()) {
            const read = (index: number) => (columns[index] as TrinoResultColumn).buffer(page, index)
            yield resultBatch<C>(columns, page.length, { read, required, sql })
          }
        },
        async *[Symbol.asyncIterator]() {
          const { columns } = await run()
          const readers = columns.map((column) => ({ ...column, isRequired: required.has(column.name) }))
          for await (const page of pages()) {
            for (const row of page) {
              options?.signal?.throwIfAborted()
              yield rowObject(readers, row, sql) as R
            }
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

/** How long a missing worker is tolerated: a cluster has none for some seconds after its start. */
const workersTimeoutMillis = 15_000

/** Retries work that fails because the cluster has no workers. */
async function retryWithoutWorkers<R>(work: () => Promise<R>, signal?: AbortSignal): Promise<R> {
  const deadline = performance.now() + workersTimeoutMillis
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const hasNoWorkers = error instanceof QueryError && error.errorName === 'NO_NODES_AVAILABLE'
      if (!hasNoWorkers || performance.now() > deadline) throw error
      await wait(500, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted())
    }
  }
}
