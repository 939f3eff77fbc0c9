import type { HourlyStatistics } from '@minilake/analytics'
import type { HourTruth } from '@minilake/generator'
import { firstLines } from '../text.js'

/** Every engine and thread adds up sums in its own order, so sums may differ by this share. */
const sumTolerance = 1e-9

/**
 * Compares the expected hours with those of an engine, both in order of time: one line per hour that differs, or one line per day
 * when all hours of the day are missing.
 */
export async function compareHours(
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

/** The differences within an hour, as one line; empty when there is none. */
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
