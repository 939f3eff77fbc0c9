import { hourlyStatistics, type HourlyStatistics, type SqlEngine } from '@minilake/analytics'
import {
  type HourTruth,
  mergeHours,
  type Truth,
  truthKey,
  truthPrefix,
  truthSubject,
} from '@minilake/generator'
import type { ObjectStore } from '@minilake/ingest'
import { isDataFileKey, type Table, tablePrefix } from '@minilake/schema'

/** Sums are added up in another order by every engine and thread: how far they may differ, relative to the sum. */
export const sumTolerance = 1e-9

/** What a table is compared by, and where it differs. */
export interface Verification {
  table: string
  /** Data files whose truth is there too. */
  files: number
  hours: number
  rows: number
  alarmRows: number
  /** Keys of data files that nothing is known about. */
  withoutTruth: string[]
  /** Keys of data files that should be there. */
  missing: string[]
  /** One sentence each: which hour, what was expected, what the engine gave. */
  differences: string[]
}

/** Compares what an engine says of a table, hour by hour, with what is known from the simulation. */
export async function verifyTable(
  table: Table,
  store: ObjectStore,
  engine: SqlEngine,
  signal?: AbortSignal,
): Promise<Verification> {
  const files = new Set<string>()
  for await (const { key } of store.list(tablePrefix(table))) if (isDataFileKey(table, key)) files.add(key)

  const truths = new Map<string, Truth>()
  for await (const { key } of store.list(`${truthPrefix}${tablePrefix(table)}`)) {
    truths.set(key, await readTruth(store, key))
  }
  const withTruth = [...files].filter((key) => truths.has(truthKey(key)))
  const known = new Set([...files].map(truthKey))
  const expected = mergeHours(truths.values())
  const rows = engine.query(hourlyStatistics(table), { ...(signal && { signal }) })
  return {
    table: table.name,
    files: withTruth.length,
    hours: expected.length,
    rows: expected.reduce((sum, hour) => sum + hour.rows, 0),
    alarmRows: expected
      .flatMap((hour) => Object.values(hour.alarmRows))
      .reduce((sum, count) => sum + count, 0),
    withoutTruth: [...files].filter((key) => !truths.has(truthKey(key))),
    missing: [...truths.keys()].filter((key) => !known.has(key)).map(truthSubject),
    differences: await compareHours(expected, rows),
  }
}

async function readTruth(store: ObjectStore, key: string): Promise<Truth> {
  const text = new TextDecoder().decode(await store.read(key))
  try {
    const truth = JSON.parse(text) as Truth
    if (truth.version === 1) return truth
    throw new Error(`expected version 1, got ${String(truth.version)}`)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the truth ${store.location}/${key} cannot be read: ${why}`, { cause })
  }
}

/** Whether a verification found nothing to complain of, and had something to go by. */
export function agrees({ files, withoutTruth, missing, differences }: Verification): boolean {
  return files > 0 && withoutTruth.length === 0 && missing.length === 0 && differences.length === 0
}

/** The differences between the hours expected and those an engine gives, both in order of time. */
export async function compareHours(
  expected: readonly HourTruth[],
  found: AsyncIterable<HourlyStatistics>,
): Promise<string[]> {
  const differences: string[] = []
  const awaited = new Map(expected.map((hour) => [hour.hour, hour]))
  for await (const row of found) {
    const hour = row.hour.toISOString()
    const truth = awaited.get(hour)
    if (truth === undefined) {
      differences.push(`${hourText(hour)}: expected no rows, got ${row.rows}`)
      continue
    }
    awaited.delete(hour)
    differences.push(...compareHour(truth, row))
  }
  for (const { hour, rows } of awaited.values())
    differences.push(`${hourText(hour)}: expected ${rows} rows, got none`)
  return differences.sort()
}

function compareHour(truth: HourTruth, row: HourlyStatistics): string[] {
  const pairs: [name: string, expected: unknown, found: unknown][] = [
    ['rows', truth.rows, Number(row.rows)],
    ['first reading', truth.first, row.first.toISOString()],
    ['last reading', truth.last, row.last.toISOString()],
  ]
  for (const [name, { count, sum, min, max }] of Object.entries(truth.columns)) {
    const foundSum = row[`sum_${name}`] as number | null
    const sumAgrees = foundSum !== null && Math.abs(foundSum - sum) <= sumTolerance * Math.abs(sum)
    pairs.push(
      [`count of ${name}`, count, Number(row[`count_${name}`])],
      [`sum of ${name}`, sum, sumAgrees ? sum : foundSum],
      [`least ${name}`, min, row[`min_${name}`]],
      [`greatest ${name}`, max, row[`max_${name}`]],
    )
  }
  for (const [name, rows] of Object.entries(truth.alarmRows)) {
    pairs.push([`alarm rows of ${name}`, rows, Number(row[`above_${name}`])])
  }
  return pairs
    .filter(([, expected, found]) => expected !== found)
    .map(
      ([name, expected, found]) =>
        `${hourText(truth.hour)}: ${name} expected ${String(expected)}, got ${String(found)}`,
    )
}

function hourText(hour: string): string {
  return hour.slice(0, 16).replace('T', ' ')
}
