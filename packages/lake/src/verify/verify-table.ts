import { hourlyStatistics, type HourlyStatistics, type SqlEngine } from '@minilake/analytics'
import { type HourTruth, mergeHours, truthKey, truthPrefix, truthSubject } from '@minilake/generator'
import type { StoredObject } from '@minilake/ingest'
import { type Table, tablePrefix } from '@minilake/schema'
import { dataFilesOf, type LakeBackend } from '../lake-backend.js'
import { readTruthFile, type StoredTruth } from '../truth/truth-file.js'
import { compareEpisodes } from './compare-alarms.js'
import { compareDeliveries } from './compare-deliveries.js'
import { compareFiles } from './compare-files.js'
import { compareOrders } from './compare-row-order.js'
import { firstLines } from '../text.js'

/** Sums are added up in another order by every engine and thread: how far they may differ, relative to the sum. */
const sumTolerance = 1e-9

/** What a table is compared by, and where it differs. */
export interface Verification {
  table: string
  /** Data files whose truth is there too. */
  files: number
  hours: number
  rows: number
  alarmRows: number
  /** Alarm episodes. */
  alarms: number
  /** Whether the order of rows within files was compared too; only some engines tell it. */
  isOrderCompared: boolean
  /** Keys of data files that nothing is known about. */
  withoutTruth: string[]
  /** Keys of data files that should be there. */
  missing: string[]
  /** One sentence each: which hour, day or alarm, what was expected, what the engine gave. */
  differences: string[]
}

/** Compares what an engine says of a table, hour by hour, with what is known from the simulation. */
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
  // Where hours differ, so will all else: that is said once.
  if (differences.length === 0 && known.length > 0) {
    differences.push(
      ...(await compareDeliveries(table, known, engine, signal)),
      ...(await compareEpisodes(table, known, engine, signal)),
    )
    const truthByFile = new Map(
      withTruth.map((key) => [key, truths.get(truthKey(key)) as StoredTruth] as const),
    )
    if (rowOrderOf)
      differences.push(...(await compareOrders(table, truthByFile, engine, { rowOrderOf, signal })))
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

/** Whether a verification found nothing to complain of, and had something to go by. */
export function agrees({ files, withoutTruth, missing, differences }: Verification): boolean {
  return files > 0 && withoutTruth.length === 0 && missing.length === 0 && differences.length === 0
}

/**
 * The differences between the hours expected and those an engine gives, both in order of time: a line per hour that differs,
 * and one per day of which all hours are missing.
 */
async function compareHours(
  expected: readonly HourTruth[],
  found: AsyncIterable<HourlyStatistics>,
): Promise<string[]> {
  const differences: string[] = []
  const awaited = new Map(expected.map((hour) => [hour.hour, hour]))
  for await (const row of found) {
    const hour = row.hour.toISOString()
    const truth = awaited.get(hour)
    awaited.delete(hour)
    if (truth === undefined) differences.push(`${hourText(hour)}: expected no rows, got ${row.rows}`)
    else differences.push(...compareHour(truth, row))
  }
  const hoursPerDay = new Map([...byDay(expected)].map(([day, hours]) => [day, hours.length]))
  for (const [day, hours] of byDay(awaited.values())) {
    const rows = hours.reduce((sum, hour) => sum + hour.rows, 0)
    if (hours.length === hoursPerDay.get(day)) differences.push(`${day}: expected ${rows} rows, got none`)
    else
      differences.push(...hours.map((hour) => `${hourText(hour.hour)}: expected ${hour.rows} rows, got none`))
  }
  return differences.sort()
}

/** What differs within an hour, as a line; none where nothing does. */
function compareHour(truth: HourTruth, row: HourlyStatistics): string[] {
  const pairs: [name: string, expected: unknown, found: unknown][] = [
    ['rows', truth.rows, Number(row.rows)],
    ['first reading', truth.first, row.first.toISOString()],
    ['last reading', truth.last, row.last.toISOString()],
  ]
  for (const [name, rows] of Object.entries(truth.alarmRows)) {
    pairs.push([`alarm rows of ${name}`, rows, Number(row[`above_${name}`])])
  }
  for (const [name, { count, nan, sum, min, max }] of Object.entries(truth.columns)) {
    const foundSum = (row[`sum_${name}`] as number | null) ?? (count === 0 ? 0 : null) // no reading, no sum
    const sumAgrees = foundSum !== null && Math.abs(foundSum - sum) <= sumTolerance * Math.abs(sum)
    pairs.push(
      [`count of ${name}`, count, Number(row[`count_${name}`])],
      [`NaN of ${name}`, nan, Number(row[`nan_${name}`])],
      [`sum of ${name}`, sum, sumAgrees ? sum : foundSum],
      [`least ${name}`, min, row[`min_${name}`]],
      [`greatest ${name}`, max, row[`max_${name}`]],
    )
  }
  const found = pairs
    .filter(([, expected, got]) => expected !== got)
    .map(([name, expected, got]) => `${name} expected ${String(expected)}, got ${String(got)}`)
  return found.length === 0 ? [] : [`${hourText(truth.hour)}: ${firstLines(found, 2).join('; ')}`]
}

function byDay(hours: Iterable<HourTruth>): Map<string, HourTruth[]> {
  const days = new Map<string, HourTruth[]>()
  for (const hour of hours) {
    const day = hour.hour.slice(0, 10)
    const found = days.get(day)
    if (found) found.push(hour)
    else days.set(day, [hour])
  }
  return days
}

function hourText(hour: string): string {
  return hour.slice(0, 16).replace('T', ' ')
}
