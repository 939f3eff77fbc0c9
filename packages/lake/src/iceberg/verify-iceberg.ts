import { type SqlEngine, sqlText } from '@minilake/analytics'
import { truthPrefix, truthSubject } from '@minilake/generator'
import { quoteLiteral, sqlTableName, type Table, tablePrefix } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { type Verification, verifyTable } from '../verify/verify-table.js'
import { keyDigits } from './batch.js'
import { batchKeySql, keysInIceberg } from './data-files.js'

/**
 * Compares an Iceberg table with the truth of its simulated files; `_batch` tells which rows they are. Imported and written rows are left out:
 * Iceberg has no file of theirs that would carry counts.
 */
export async function verifyIceberg(
  table: Table,
  lake: Pick<LakeBackend, 'servers' | 'store' | 'rowOrderOf' | 'openEngineOver'>,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<Verification> {
  const keys: string[] = []
  for await (const { key } of lake.store.list(`${truthPrefix}${tablePrefix(table)}`))
    keys.push(truthSubject(key))
  if (keys.length === 0) return nothing(table)
  const known = await keysInIceberg(table, engine, signal)
  const missing = keys.filter((key) => !known.has(keyDigits(key)))
  const found = await verifyTable(table, lake, overBatches(engine, table, keys), signal)
  return { ...found, files: keys.length - missing.length, missing, withoutTruth: [] }
}

/** The result for a table without simulated files. */
function nothing({ name }: Table): Verification {
  return {
    ...{ table: name, source: 'truth', isOrderCompared: false },
    ...{ files: 0, hours: 0, rows: 0, alarmRows: 0, alarms: 0 },
    ...{ withoutTruth: [], missing: [], unreadable: [], differences: [] },
  }
}

/** An engine that reads only the rows of some data files of an Iceberg table. It takes queries that name the table in one way. */
function overBatches(engine: SqlEngine, table: Table, keys: readonly string[]): SqlEngine {
  const name = sqlTableName(table)
  const digits = keys.map((key) => quoteLiteral(keyDigits(key))).join(', ')
  const rows = `(SELECT * FROM ${name} WHERE ${batchKeySql} IN (${digits}))`
  return {
    ...engine,
    query: (query, options) =>
      engine.query({ ...query, sql: (dialect) => sqlText(query, dialect).replaceAll(name, rows) }, options),
  }
}
