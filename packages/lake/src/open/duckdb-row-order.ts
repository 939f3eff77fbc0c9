import { resolve } from 'node:path'
import { freeSql } from '@minilake/analytics'
import { eventTimeColumn, globText, quoteIdentifier, quoteLiteral } from '@minilake/schema'
import type { RowOrder, RowOrderOf } from '../lake-backend.js'

/** Reads the row order of the data files below a folder with DuckDB. */
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
