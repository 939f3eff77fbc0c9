import type { Column, ColumnType } from '@minilake/schema'
import type { Dialect } from './dialect.js'
import type { Query } from './query.js'
import { QueryError } from './query-error.js'
import type { ColumnsOf, ResultBatch } from './result-batch.js'

/** A column of a result. */
export interface ResultColumn {
  name: string
  /** The column type that its values are read as. Absent for the engine's other types, whose values are text. */
  type?: ColumnType
  /** The engine's name of the type: `DECIMAL(18,3)`. */
  engineType: string
}

/**
 * The rows of a result, to be iterated once: as objects, which are created as they are consumed, or as batches, which is several times
 * as fast. Both come page by page if the engine can.
 */
export interface ResultRows<
  R,
  C extends Readonly<Record<string, Column>> = ColumnsOf<R>,
> extends AsyncIterable<R> {
  /** The result's columns. They are known before the first row, and for a result without rows too. */
  columns(): Promise<readonly ResultColumn[]>
  /** The rows as batches of some thousand rows, column by column. */
  batches(): AsyncIterable<ResultBatch<C>>
}

/** Runs SQL, one statement at a time; a semicolon after it may be followed by comments. Methods reject with a QueryError that contains the SQL, or with the signal's reason when aborted. */
export interface SqlEngine {
  /** What the engine writes differently from others. */
  readonly dialect: Dialect
  /** Runs a statement for its effect. */
  execute(statement: string): Promise<void>
  /** A query's rows. The query starts when rows or columns are first requested. Aborting the signal also ends it in the engine. */
  query<R, C extends Readonly<Record<string, Column>> = ColumnsOf<R>>(
    query: Query<R, C>,
    options?: { signal?: AbortSignal },
  ): ResultRows<R, C>
  /** Ends running queries and releases the engine. */
  close(): Promise<void>
}

/** For engine adapters: the columns of a query in which null is an error. Empty for free SQL. */
export function requiredColumns({ columns = {} }: Query<unknown>): Set<string> {
  const required = Object.entries<{ nullable?: boolean }>(columns).filter(([, { nullable }]) => !nullable)
  return new Set(required.map(([name]) => name))
}

/** For engine adapters: throws a QueryError unless the result's columns are those that the query declares. */
export function checkColumns({ columns }: Query<unknown>, found: readonly ResultColumn[], sql: string): void {
  if (columns === undefined) return
  const expected = Object.entries<{ type: ColumnType }>(columns).map(([name, { type }]) => `${name} ${type}`)
  const got = found.map(({ name, type, engineType }) => `${name} ${type ?? engineType}`)
  if (expected.join() === got.join()) return
  throw new QueryError(`query expected the columns ${expected.join(', ')}, got ${got.join(', ')}`, { sql })
}
