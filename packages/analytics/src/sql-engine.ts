import type { ColumnType } from '@minilake/schema'
import type { Query } from './query.js'
import { QueryError } from './query-error.js'

/** A column of a result. */
export interface ResultColumn {
  name: string
  /** How its values read, as in a table; absent for types that no column has: those values are text. */
  type?: ColumnType
  /** The type in the engine's words: `DECIMAL(18,3)`. */
  engineType: string
}

/** The rows of a result, made as they are taken, page by page where the engine can; to be taken once. */
export interface ResultRows<R> extends AsyncIterable<R> {
  /** The result's columns, known before the first row and also when there is none. */
  columns(): Promise<readonly ResultColumn[]>
}

/** What runs SQL. Members reject with a QueryError that holds the SQL, or with the signal's reason when aborted. */
export interface SqlEngine {
  /** Runs a statement for its effect. */
  execute(statement: string): Promise<void>
  /** Runs a query when its rows or columns are first asked for. Aborting the signal ends it in the engine too. */
  query<R>(query: Query<R>, options?: { signal?: AbortSignal }): ResultRows<R>
  close(): Promise<void>
}

/** The columns of a query in which an engine must not give null; none for free SQL. */
export function requiredColumns({ columns = {} }: Query<unknown>): Set<string> {
  const required = Object.entries<{ nullable?: boolean }>(columns).filter(([, { nullable }]) => !nullable)
  return new Set(required.map(([name]) => name))
}

/** Throws a QueryError when an engine gives other columns than a query says it has. */
export function checkColumns({ sql, columns }: Query<unknown>, found: readonly ResultColumn[]): void {
  if (columns === undefined) return
  const expected = Object.entries<{ type: ColumnType }>(columns).map(([name, { type }]) => `${name} ${type}`)
  const got = found.map(({ name, type, engineType }) => `${name} ${type ?? engineType}`)
  if (expected.join() === got.join()) return
  throw new QueryError(`query expected the columns ${expected.join(', ')}, got ${got.join(', ')}`, { sql })
}
