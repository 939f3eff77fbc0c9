import {
  type DuckDBConnection,
  type DuckDBDateValue,
  DuckDBInstance,
  type DuckDBResult,
  type DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api'
import { type ColumnType, formatUtcDay } from '@minilake/schema'
import type { Query } from '../query.js'
import { QueryError } from '../query-error.js'
import {
  checkColumns,
  requiredColumns,
  type ResultColumn,
  type ResultRows,
  type SqlEngine,
} from '../sql-engine.js'

/** How to open the embedded engine. */
export interface DuckDbEngineOptions {
  /** Statements run once, when it opens; `duckDbStatements` of `@minilake/catalog` gives those of a lake. Default none. */
  setup?: readonly string[]
  /** Threads. Default: one per core. */
  threads?: number
}

/**
 * DuckDB in this process, in memory, as a SqlEngine. It opens at its first use. Its time zone is UTC, and it never loads
 * or fetches extensions: it reads local files only. It holds a query's whole result, in its own compact form; rows are made
 * as they are taken.
 */
export function duckDbEngine({ setup = [], threads }: DuckDbEngineOptions = {}): SqlEngine {
  let opening: Promise<DuckDBInstance> | undefined
  const open = () => (opening ??= openInstance(setup, threads))

  // Each statement has a connection of its own, so that an interrupt ends no other. It is run, not streamed: an error after
  // a stream's first rows ends them as if there were no more (node-api cannot ask `duckdb_result_error`).
  const run = async (sql: string, signal?: AbortSignal): Promise<DuckDBResult> => {
    signal?.throwIfAborted()
    const connection = await open()
      .then((instance) => instance.connect())
      .catch((cause: unknown) => {
        throw failure(sql, cause)
      })
    let again: NodeJS.Timeout | undefined
    // DuckDB forgets an interrupt that comes before the statement has begun, so it is repeated until the statement ends.
    const interrupt = () => {
      connection.interrupt()
      again = setTimeout(interrupt, 10)
    }
    try {
      signal?.throwIfAborted()
      signal?.addEventListener('abort', interrupt)
      await checkOneStatement(connection, sql)
      return await connection.run(sql)
    } catch (cause) {
      signal?.throwIfAborted()
      throw failure(sql, cause)
    } finally {
      clearTimeout(again)
      signal?.removeEventListener('abort', interrupt)
      connection.closeSync()
    }
  }

  return {
    async execute(statement) {
      await run(statement)
    },

    query<R>(query: Query<R>, { signal }: { signal?: AbortSignal } = {}): ResultRows<R> {
      let running: ReturnType<typeof start> | undefined
      const start = async () => {
        const result = await run(query.sql, signal)
        const names = result.deduplicatedColumnNames()
        const columns = result.columnTypes().map((type, index) => resultColumn(names[index] as string, type))
        checkColumns(query, columns)
        return { result, columns }
      }
      return {
        columns: async () => (await (running ??= start())).columns,
        async *[Symbol.asyncIterator]() {
          const { result, columns } = await (running ??= start())
          const required = requiredColumns(query)
          const readers = columns.map(({ name, typeId }) => ({
            name,
            read: types[typeId]?.read ?? String,
            isRequired: required.has(name),
          }))
          signal?.throwIfAborted()
          try {
            for await (const rows of result.yieldRows()) {
              signal?.throwIfAborted()
              for (const row of rows) yield rowObject(readers, row, query.sql) as R
            }
          } catch (cause) {
            signal?.throwIfAborted()
            throw failure(query.sql, cause)
          }
        },
      }
    },

    async close() {
      const instance = await opening?.catch(() => undefined)
      instance?.closeSync()
    },
  }
}

/** Throws a QueryError when a text is not one statement: of several, DuckDB would answer one only. */
async function checkOneStatement(connection: DuckDBConnection, sql: string): Promise<void> {
  const syntaxError = 'Failed to extract statements: '
  const { count } = await connection.extractStatements(sql).catch((cause: unknown) => {
    const message = messageOf(cause)
    if (message.startsWith(syntaxError))
      throw new QueryError(message.slice(syntaxError.length), { sql, cause })
    return { count: 0 } // of nothing but comments, node-api says only that its native part failed
  })
  // DuckDB takes a PIVOT apart into several: only a text with a semicolon can hold several of the caller's.
  if (count === 0 || (count > 1 && sql.includes(';'))) {
    throw new QueryError(`expected one SQL statement, got ${count}`, { sql })
  }
}

async function openInstance(setup: readonly string[], threads: number | undefined): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // INSTALL looks for a file under this path instead of on the network.
    custom_extension_repository: 'extensions-are-never-fetched',
    ...(threads === undefined ? {} : { threads: String(threads) }),
  })
  const connection = await instance.connect()
  for (const statement of [`SET GLOBAL TimeZone = 'UTC'`, ...setup]) {
    await connection.run(statement).catch((cause: unknown) => {
      instance.closeSync()
      throw failure(statement, cause)
    })
  }
  connection.closeSync()
  return instance
}

// DuckDB's types: the column type they read as, and how. Those left out have no column type and read as text.
const asItIs = (value: DuckDBValue) => value
const bigint = (value: DuckDBValue) => BigInt(value as number | bigint)
const time = (value: DuckDBValue) => {
  const date = new Date(Number(floorDivide((value as DuckDBTimestampValue).micros, 1000n)))
  if (Number.isNaN(date.getTime()))
    throw new RangeError(`timestamp expected one that a Date can hold, got ${String(value)}`)
  return date
}
const date = (value: DuckDBValue) => {
  const { days } = value as DuckDBDateValue
  if (Math.abs(days) > 100_000_000)
    throw new RangeError(`date expected one that a Date can hold, got ${String(value)}`)
  return formatUtcDay(days)
}
const types: Partial<Record<DuckDBTypeId, { type: ColumnType; read: (value: DuckDBValue) => unknown }>> = {
  [DuckDBTypeId.BOOLEAN]: { type: 'boolean', read: asItIs },
  [DuckDBTypeId.TINYINT]: { type: 'integer', read: asItIs },
  [DuckDBTypeId.SMALLINT]: { type: 'integer', read: asItIs },
  [DuckDBTypeId.INTEGER]: { type: 'integer', read: asItIs },
  [DuckDBTypeId.UTINYINT]: { type: 'integer', read: asItIs },
  [DuckDBTypeId.USMALLINT]: { type: 'integer', read: asItIs },
  [DuckDBTypeId.UINTEGER]: { type: 'bigint', read: bigint },
  [DuckDBTypeId.BIGINT]: { type: 'bigint', read: bigint },
  [DuckDBTypeId.UBIGINT]: { type: 'bigint', read: bigint },
  [DuckDBTypeId.HUGEINT]: { type: 'bigint', read: bigint },
  [DuckDBTypeId.FLOAT]: { type: 'real', read: asItIs },
  [DuckDBTypeId.DOUBLE]: { type: 'double', read: asItIs },
  [DuckDBTypeId.VARCHAR]: { type: 'varchar', read: asItIs },
  [DuckDBTypeId.DATE]: { type: 'date', read: date },
  [DuckDBTypeId.TIMESTAMP]: { type: 'timestamp', read: time },
  [DuckDBTypeId.TIMESTAMP_TZ]: { type: 'timestamp', read: time },
}

function floorDivide(value: bigint, by: bigint): bigint {
  return value >= 0n ? value / by : -((-value + by - 1n) / by)
}

function resultColumn(name: string, type: DuckDBType): ResultColumn & { typeId: DuckDBTypeId } {
  const known = types[type.typeId]
  return { name, engineType: String(type), typeId: type.typeId, ...(known && { type: known.type }) }
}

function rowObject(
  readers: readonly { name: string; read: (value: DuckDBValue) => unknown; isRequired: boolean }[],
  row: readonly DuckDBValue[],
  sql: string,
): Record<string, unknown> {
  return Object.fromEntries(
    readers.map(({ name, read, isRequired }, index) => {
      const value = row[index] as DuckDBValue
      if (value !== null) return [name, read(value)]
      if (isRequired) throw new QueryError(`column ${name} expected a value in every row, got null`, { sql })
      return [name, null]
    }),
  )
}

function failure(sql: string, cause: unknown): QueryError {
  return cause instanceof QueryError ? cause : new QueryError(messageOf(cause), { sql, cause })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
