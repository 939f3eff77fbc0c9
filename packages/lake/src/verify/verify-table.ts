import { hourlyStatistics, type SqlEngine } from '@minilake/analytics'
import { mergeHours, truthKey, truthPrefix, truthSubject } from '@minilake/generator'
import type { StoredObject } from '@minilake/ingest'
import { type Table, tablePrefix } from '@minilake/schema'
import { dataFilesOf, type LakeBackend } from '../lake-backend.js'
import { readTruthFile, type StoredTruth } from '../truth/truth-file.js'
import { compareAlarms } from './compare-alarms.js'
import { compareDeliveries } from './compare-deliveries.js'
import { compareFiles } from './compare-files.js'
import { compareRowOrder } from './compare-row-order.js'
import { compareHours } from './compare-hours.js'

/** What was compared with the truth of a table, and where it differs. */
export interface Verification {
  table: string
  /** Data files that have a truth. */
  files: number
  hours: number
  rows: number
  alarmRows: number
  /** Alarm episodes. */
  alarms: number
  /** Whether the order of rows within files was compared too; not every engine reveals it. */
  isOrderCompared: boolean
  /** Keys of data files without a truth. */
  withoutTruth: string[]
  /** Keys of data files that have a truth but are gone. */
  missing: string[]
  /** One sentence each: the hour, day or alarm, what was expected, and what the engine returned. */
  differences: string[]
}

/** Compares the rows that an engine reads, hour by hour, with the truth that the simulation recorded. */
export async function verifyTable(
  table: Table,
  { store, rowOrderOf }: Pick<LakeBackend, 'store' | 'rowOrderOf'>,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<Verification> {
  const files = new Map<string, StoredObject>()
  for await (const object of dataFilesOf(table, store)) files.set(object.key, object)

  const truths = new Map<string, StoredTruth>()
  for await (const { key } of store.list(`${truthPrefix}${tablePrefix(table)}`)) {
    truths.set(key, await readTruthFile(table, store, key))
  }
  const keys = [...files.keys()]
  const withTruth = keys.filter((key) => truths.has(truthKey(key)))
  const truthKeys = new Set(keys.map(truthKey))
  const expected = mergeHours(truths.values())
  const known = [...truths.values()]
  const differences = await compareHours(expected, engine.query(hourlyStatistics(table), { signal }))
  // When hours differ, everything else differs too, so the rest is not compared.
  if (differences.length === 0 && known.length > 0) {
    differences.push(
      ...(await compareDeliveries(table, known, engine, signal)),
      ...(await compareAlarms(table, known, engine, signal)),
    )
    const truthByFile = new Map(
      withTruth.map((key) => [key, truths.get(truthKey(key)) as StoredTruth] as const),
    )
    if (rowOrderOf)
      differences.push(...(await compareRowOrder(table, truthByFile, engine, { rowOrderOf, signal })))
    if (differences.length === 0) differences.push(...(await compareFiles(files, truthByFile, store)))
  }
  return {
    table: table.name,
    files: withTruth.length,
    hours: expected.length,
    rows: expected.reduce((sum, hour) => sum + hour.rows, 0),
    alarmRows: expected
      .flatMap((hour) => Object.values(hour.alarmRows))
      .reduce((sum, count) => sum + count, 0),
    withoutTruth: keys.filter((key) => !truths.has(truthKey(key))),
    missing: [...truths.keys()].filter((key) => !truthKeys.has(key)).map(truthSubject),
    alarms: known
      .flatMap(({ alarms }) => Object.values(alarms))
      .reduce((sum, { episodes }) => sum + episodes.length, 0),
    isOrderCompared: rowOrderOf !== undefined,
    differences,
  }
}

/** Whether there was something to compare and everything agreed. */
export function agrees({ files, withoutTruth, missing, differences }: Verification): boolean {
  return files > 0 && withoutTruth.length === 0 && missing.length === 0 && differences.length === 0
}
