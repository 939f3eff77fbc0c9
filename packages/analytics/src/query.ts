import type { Column, ValueOf } from '@minilake/schema'

/** SQL text, with the columns of its result where they are known: then rows are typed by them. */
export interface Query<R> {
  readonly sql: string
  /**
   * The result's columns in order, as in a table. An engine that gives other names or types rejects, and so does a null in
   * a column that is not nullable. Absent for free SQL.
   */
  readonly columns?: { readonly [C in keyof R]: Column }
}

/** Makes a query whose rows are typed by its columns: `query('SELECT count(*) AS n FROM …', { n: { type: 'bigint' } })`. */
export function query<const C extends Readonly<Record<string, Column>>>(
  sql: string,
  columns: C,
): Query<{ [N in keyof C]: ValueOf<C[N]> }> {
  return { sql, columns }
}

/** Free SQL in the engine's own dialect; a semicolon at its end is left out. The rows are what the engine gives. */
export function freeSql(sql: string): Query<Record<string, unknown>> {
  return { sql: sql.replace(/[\s;]+$/, '') }
}
