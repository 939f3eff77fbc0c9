import { type SqlEngine, sqlText } from '@minilake/analytics'
import { truthSubject } from '@minilake/generator'
import { quoteLiteral, sqlTableName, type Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { truthFilesOf } from '../truth/truth-file.js'
import { type Verification, verifyTable } from '../verify/verify-table.js'
import { keyDigits } from './batch.js'
import { batchKeySql, keysInIceberg } from './data-files.js'
import { verifyBatches } from './verify-batches.js'

/**
 * Compares an Iceberg table with the truth of its simulated files, and all other rows with the records of the changes that put them in;
 * `_batch` tells which rows they are.
 */
export async function verifyIceberg(
  table: Table,
  lake: Pick<LakeBackend, 'servers' | 'store' | 'rowOrderOf' | 'openEngineOver'>,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<Verification> {
  const keys: string[] = []
  for await (const { key } of truthFilesOf(table, lake.store)) keys.push(truthSubject(key))
  const simulated = new Set(keys.map(keyDigits))
  const others = await verifyBatches(table, lake.store, engine, { others: simulated, signal })
  if (keys.length === 0) return { ...nothing(table), ...others }
  const known = await keysInIceberg(table, engine, signal)
  const missing = keys.filter((key) => !known.has(keyDigits(key)))
  const found = await verifyTable(table, lake, overBatches(engine, table, keys), signal)
  return {
    ...found,
    files: keys.length - missing.length + others.files,
    rows: found.rows + others.rows,
    missing: [...missing, ...others.missing],
    withoutTruth: others.withoutTruth,
    differences: [...found.differences, ...others.differences],
  }
}

/** The result for a table without simulated files. */
function nothing({ name }: Table): Verification {
  return {
    ...{ table: name, source: 'checks', isOrderCompared: false },
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
