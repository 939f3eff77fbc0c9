import type { Column, ValueOf } from '@minilake/schema'
import type { Dialect } from './dialect.js'
import type { Query } from './query.js'
import { boundParameters, checkParameterNames, type ParameterValues } from './query-parameters.js'

/** A query of one's own. */
export interface QueryDefinition<
  C extends Readonly<Record<string, Column>>,
  P extends Readonly<Record<string, Column>>,
> {
  /** One text for all engines, or the text in the engine's dialect. A parameter stands in it as `$name`. */
  sql: string | ((dialect: Dialect) => string)
  /** The parameters' types by name. Default: none. */
  parameters?: P
  /** The result's columns in order. The query fails if the engine returns others, or a null in a column that is not nullable. */
  columns: C
}

/**
 * A query of one's own as a function of its parameters. Their values are bound and never become part of the SQL. Throws a TypeError if the
 * SQL's parameters are not those of the definition; the function throws one for a value of another type.
 *
 * @example
 * ```ts
 * import { defineQuery } from '@minilake/analytics'
 * import { duckDbEngine } from '@minilake/analytics/duckdb'
 *
 * const peaks = defineQuery({
 *   sql: `SELECT pump_id, max(pressure) AS peak FROM readings
 *         WHERE event_timestamp >= $since AND pressure > $above GROUP BY pump_id ORDER BY pump_id`,
 *   parameters: { since: { type: 'timestamp' }, above: { type: 'double' } },
 *   columns: { pump_id: { type: 'varchar' }, peak: { type: 'double' } },
 * })
 * const engine = duckDbEngine({ setup: ["CREATE VIEW readings AS FROM read_parquet('readings.parquet')"] })
 * for await (const { pump_id, peak } of engine.query(peaks({ since: new Date('2026-01-01'), above: 150 })))
 *   console.log(pump_id, peak) // string, number
 * await engine.close()
 * ```
 */
export function defineQuery<
  const C extends Readonly<Record<string, Column>>,
  const P extends Readonly<Record<string, Column>> = Readonly<Record<never, Column>>,
>({ sql, parameters, columns }: QueryDefinition<C, P>) {
  const types = parameters ?? ({} as P)
  if (typeof sql === 'string') checkParameterNames(sql, types)
  const checked = (dialect: Dialect) => {
    const text = typeof sql === 'string' ? sql : sql(dialect)
    checkParameterNames(text, types)
    return text
  }
  return (
    ...[values = {} as ParameterValues<P>]: keyof P extends never ? [] : [values: ParameterValues<P>]
  ): Query<{ [N in keyof C]: ValueOf<C[N]> }, C> => ({
    sql: typeof sql === 'string' ? sql : checked,
    columns,
    parameters: boundParameters(types, values),
  })
}
