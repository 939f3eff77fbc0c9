import { type SqlEngine, sqlText } from '@minilake/analytics'
import { quoteLiteral, sqlTableName, type Table } from '@minilake/schema'

/**
 * A Trino engine that reads only some files of a table, by their sorted URLs; `others` are all other objects below the table. It takes
 * queries of `@minilake/analytics`, which name the table in one way. Trino opens no file that a condition on `"$path"` excludes.
 */
export function engineOverFiles(
  engine: SqlEngine,
  table: Table,
  { paths, others }: { paths: readonly string[]; others: readonly string[] },
): SqlEngine {
  const [first = '', last = ''] = [paths[0], paths.at(-1)]
  // As a range, since Trino reads a long list of paths as one.
  const between = others.filter((path) => first < path && path < last)
  const conditions = [
    `"$path" BETWEEN ${quoteLiteral(first)} AND ${quoteLiteral(last)}`,
    ...(between.length > 0 ? [`"$path" NOT IN (${between.map(quoteLiteral).join(', ')})`] : []),
  ]
  const name = sqlTableName(table)
  const rows = `(SELECT * FROM ${name} WHERE ${conditions.join(' AND ')})`
  return {
    ...engine,
    query: (query, options) =>
      engine.query({ ...query, sql: sqlText(query, engine.dialect).replaceAll(name, rows) }, options),
  }
}
