import type { Column, ValueOf } from '@minilake/schema'
import type { Dialect } from './dialect.js'
import type { BoundParameter } from './query-parameters.js'
import type { ColumnsOf } from './result-batch.js'

/** SQL text and, if known, the columns of its result, which determine the type `R` of its rows. */
export interface Query<R, C extends Readonly<Record<string, Column>> = ColumnsOf<R>> {
  /** One text for all engines, or the text in the engine's dialect. */
  readonly sql: string | ((dialect: Dialect) => string)
  /**
   * The result's columns in order. The query fails if the engine returns other names or types, or a null in a column that is
   * not nullable. Absent for free SQL.
   */
  readonly columns?: C
  /** Values of the parameters that stand in the SQL as `$name`. Default: none. */
  readonly parameters?: Readonly<Record<string, BoundParameter>>
}

/**
 * A query whose rows are typed by the given columns.
 *
 * @example
 * ```ts
 * import { query } from '@minilake/analytics'
 * import { duckDbEngine } from '@minilake/analytics/duckdb'
 *
 * const engine = duckDbEngine()
 * const answer = query('SELECT CAST(42 AS BIGINT) AS answer', { answer: { type: 'bigint' } })
 * for await (const { answer: value } of engine.query(answer)) console.log(value + 1n) // 43n
 * await engine.close()
 * ```
 */
export function query<const C extends Readonly<Record<string, Column>>>(
  sql: string,
  columns: C,
): Query<{ [N in keyof C]: ValueOf<C[N]> }, C> {
  return { sql, columns }
}

/** A query in the engine's own dialect, with rows as the engine returns them. */
export function freeSql(sql: string): Query<Record<string, unknown>> {
  return { sql }
}

/** The SQL of a query in the dialect of an engine. */
export function sqlText({ sql }: Pick<Query<unknown>, 'sql'>, dialect: Dialect): string {
  return typeof sql === 'string' ? sql : sql(dialect)
}
