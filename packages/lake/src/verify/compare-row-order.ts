import { resolve } from 'node:path'
import { freeSql, type SqlEngine } from '@minilake/analytics'
import { eventTimeColumn, globText, quoteIdentifier, quoteLiteral, type Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import type { StoredTruth } from '../truth/truth-file.js'

/** How far the rows of a file lie out of the order of their times. */
export type RowOrder = Pick<StoredTruth['delivery'], 'outOfOrder' | 'late'>

/** Tells the order of a data file's rows, the file by its key. */
export type RowOrderOf = NonNullable<LakeBackend['rowOrderOf']>

/** Where the order of a file's rows is other than its truth says, a sentence each; the truths by key of their data file. */
export async function compareOrders(
  table: Table,
  truths: ReadonlyMap<string, StoredTruth>,
  engine: SqlEngine,
  { rowOrderOf, signal }: { rowOrderOf: RowOrderOf; signal: AbortSignal },
): Promise<string[]> {
  const differences: string[] = []
  for (const [key, { delivery }] of truths) {
    const found = await rowOrderOf(table, key, { engine, signal })
    for (const name of ['outOfOrder', 'late'] as const) {
      if (found[name] === delivery[name]) continue
      const words = name === 'late' ? 'rows late by 60 s and more' : 'rows out of order'
      differences.push(`${key}: ${words} expected ${delivery[name]}, got ${found[name]}`)
    }
  }
  return differences.sort()
}

/** The order of rows in the data files below a folder, as DuckDB reads them. */
export function duckDbRowOrder(folder: string): RowOrderOf {
  return async (table, key, { engine, signal }) => {
    const path = `${resolve(folder).replaceAll('\\', '/')}/${key}`
    const time = quoteIdentifier(eventTimeColumn(table))
    const sql = `SELECT
  count(*) FILTER (WHERE ${time} < newest) AS out_of_order,
  count(*) FILTER (WHERE newest - ${time} >= INTERVAL 60 SECOND) AS late
FROM (
  SELECT ${time}, max(${time}) OVER (ORDER BY file_row_number ROWS UNBOUNDED PRECEDING) AS newest
  FROM read_parquet(${quoteLiteral(globText(path))}, file_row_number = true, hive_partitioning = false)
)`
    const order: RowOrder = { outOfOrder: 0, late: 0 }
    for await (const { out_of_order, late } of engine.query(freeSql(sql), { signal })) {
      order.outOfOrder = Number(out_of_order)
      order.late = Number(late)
    }
    return order
  }
}
