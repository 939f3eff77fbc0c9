import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import type { Column } from '@minilake/schema'
import { bindParameters } from './bind-parameters.js'
import { distinctNames } from '../distinct-names.js'
import { type Query, sqlText } from '../query.js'
import type { BoundParameter } from '../query-parameters.js'
import { QueryError } from '../query-error.js'
import { resultBatch } from '../result-batch.js'
import { rowObject } from '../row-object.js'
import { checkColumns, requiredColumns, type ResultRows, type SqlEngine } from '../sql-engine.js'
import { statementText } from '../statement-text.js'
import { duckDbBuffer } from './duckdb-buffers.js'
import { duckDbDialect } from './duckdb-dialect.js'
import { errorPlace } from './error-place.js'
import { duckDbResultColumn } from './duckdb-types.js'
import { checkLimits, type DuckDbLimits, privateDuckDb, type PrivateDuckDb } from './private-duckdb.js'

export type { DuckDbLimits } from './private-duckdb.js'

/** Options of `duckDbEngine`. */
export interface DuckDbEngineOptions extends DuckDbLimits {
  /** Statements to run once, when the engine opens. For a lake: `duckDbStatements` of `@minilake/catalog`. Default: none. */
  setup?: readonly string[]
}

/**
 * An in-memory DuckDB in this process as a SqlEngine. It opens on first use, in time zone UTC. It never loads or downloads
 * extensions, so it reads local files only. DuckDB holds the whole result of a query in its compact form; row objects are
 * created as they are consumed. Throws a RangeError for invalid options.
 *
 * @example
 * ```ts
 * import { freeSql } from '@minilake/analytics'
 * import { duckDbEngine } from '@minilake/analytics/duckdb'
 *
 * const engine = duckDbEngine({ setup: ["CREATE VIEW readings AS FROM read_parquet('readings.parquet')"] })
 * for await (const row of engine.query(freeSql('SELECT count(*) AS n FROM readings'))) console.log(row)
 * await engine.close()
 * ```
 */
export function duckDbEngine({ setup = [], ...limits }: DuckDbEngineOptions = {}): SqlEngine {
  checkLimits(limits)
  let opening: Promise<PrivateDuckDb> | undefined
  const open = () =>
    (opening ??= openWith(setup, limits).catch((error: unknown) => {
      opening = undefined // the next statement tries again
      throw error
    }))
  let isClosed = false
  const running = new Set<Promise<void>>()
  const interrupts = new Set<() => void>()

  const run: typeof runStatement = (...statement) => {
    const result = runStatement(...statement)
    const over: Promise<void> = result.then(
      () => void running.delete(over),
      () => void running.delete(over),
    )
    running.add(over)
    return result
  }

  // Each statement has its own connection, so that an interrupt ends no other statement. Results are not streamed: an error
  // after the first rows would end a stream as if it were complete (node-api does not expose `duckdb_result_error`).
  const runStatement = async (
    sql: string,
    signal?: AbortSignal,
    parameters: Readonly<Record<string, BoundParameter>> = {},
  ): Promise<DuckDBResult> => {
    const throwIfEnded = () => {
      signal?.throwIfAborted()
      if (isClosed) throw new QueryError('the DuckDB engine is closed', { sql })
    }
    throwIfEnded()
    const connection = await open()
      .then(({ instance }) => instance.connect())
      .catch((cause: unknown) => {
        throw failure(sql, cause)
      })
    let nextInterrupt: NodeJS.Timeout | undefined
    // DuckDB ignores an interrupt that arrives before the statement starts, so repeat it until the statement ends.
    const interrupt = () => {
      clearTimeout(nextInterrupt)
      connection.interrupt()
      nextInterrupt = setTimeout(interrupt, 10)
    }
    try {
      throwIfEnded()
      signal?.addEventListener('abort', interrupt)
      interrupts.add(interrupt)
      const text = statementText(sql)
      await checkOneStatement(connection, text)
      if (Object.keys(parameters).length === 0) return await connection.run(text)
      const prepared = await connection.prepare(text)
      bindParameters(prepared, parameters)
      return await prepared.run()
    } catch (cause) {
      throwIfEnded()
      throw failure(sql, cause)
    } finally {
      clearTimeout(nextInterrupt)
      signal?.removeEventListener('abort', interrupt)
      interrupts.delete(interrupt)
      connection.closeSync()
    }
  }

  return {
    dialect: duckDbDialect,

    async execute(statement) {
      await run(statement)
    },

    query<R, C extends Readonly<Record<string, Column>>>(
      query: Query<R, C>,
      { signal }: { signal?: AbortSignal } = {},
    ): ResultRows<R, C> {
      const sql = sqlText(query, duckDbDialect)
      const required = requiredColumns(query)
      let running: ReturnType<typeof start> | undefined
      const start = async () => {
        const result = await run(sql, signal, query.parameters)
        // node-api's own distinct names may repeat a name that is taken.
        const columns = distinctNames(result.columnNames()).map((name, index) =>
          duckDbResultColumn(name, result.columnType(index)),
        )
        checkColumns(query, columns, sql)
        return { result, columns }
      }
      async function* chunks() {
        const { result } = await (running ??= start())
        signal?.throwIfAborted()
        try {
          for (;;) {
            const chunk = await result.fetchChunk()
            signal?.throwIfAborted()
            if (!chunk || chunk.rowCount === 0) return
            yield chunk
          }
        } catch (cause) {
          signal?.throwIfAborted()
          throw failure(sql, cause)
        }
      }
      return {
        columns: async () => (await (running ??= start())).columns.map(({ read: _, ...column }) => column),
        async *batches() {
          const { columns } = await (running ??= start())
          for await (const chunk of chunks()) {
            const read = (index: number) => duckDbBuffer(chunk, index)
            yield resultBatch<C>(columns, chunk.rowCount, { read, required, sql })
          }
        },
        async *[Symbol.asyncIterator]() {
          const { columns } = await (running ??= start())
          const readers = columns.map(({ name, read }) => ({ name, read, isRequired: required.has(name) }))
          for await (const chunk of chunks())
            for (const row of chunk.getRows()) yield rowObject(readers, row, sql) as R
        },
      }
    },

    async close() {
      isClosed = true
      for (const interrupt of interrupts) interrupt()
      await Promise.all(running)
      const duckDb = await opening?.catch(() => undefined)
      opening = undefined
      await duckDb?.close()
    },
  }
}

/** Throws a QueryError unless a text is one statement. Of several statements, DuckDB would return one result only. */
async function checkOneStatement(connection: DuckDBConnection, sql: string): Promise<void> {
  const syntaxError = 'Failed to extract statements: '
  const { count } = await connection.extractStatements(sql).catch((cause: unknown) => {
    const message = messageOf(cause)
    if (message.startsWith(syntaxError))
      throw new QueryError(message.slice(syntaxError.length), { sql, cause, ...errorPlace(message, sql) })
    return { count: 0 } // for a text of comments only, node-api's error says just that native code failed
  })
  // DuckDB splits a PIVOT into several statements. Only a text with a semicolon can contain several of the caller's.
  if (count === 0 || (count > 1 && sql.includes(';'))) {
    throw new QueryError(`expected one SQL statement, got ${count}`, { sql })
  }
}

async function openWith(setup: readonly string[], limits: DuckDbLimits): Promise<PrivateDuckDb> {
  const duckDb = await privateDuckDb(limits)
  const connection = await duckDb.instance.connect()
  try {
    for (const statement of setup) {
      await connection.run(statement).catch((cause: unknown) => {
        throw failure(statement, cause)
      })
    }
  } catch (error) {
    connection.closeSync()
    await duckDb.close()
    throw error
  }
  connection.closeSync()
  return duckDb
}

function failure(sql: string, cause: unknown): QueryError {
  if (cause instanceof QueryError) return cause
  const message = messageOf(cause)
  return new QueryError(message, { sql, cause, ...errorPlace(message, sql) })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
