import { freeSql } from '@minilake/analytics'
import type { TrinoEngine } from '@minilake/analytics/trino'

/** By default Trino rounds the times in Hive tables, which staging tables are, to milliseconds. */
const sessionProperties = { 'hive.timestamp_precision': 'MICROSECONDS' }

/** Runs a query of an Iceberg table, or of staged rows; resolves with its rows. */
export async function rowsOfQuery(
  engine: TrinoEngine,
  sql: string,
  signal: AbortSignal,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  for await (const row of engine.query(freeSql(sql), { signal, sessionProperties })) rows.push(row)
  return rows
}
