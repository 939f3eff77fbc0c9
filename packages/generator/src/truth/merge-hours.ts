import type { ColumnTruth, HourTruth } from './truth.js'

/** Adds up the hours of several truths, such as those of a fleet. Gives one entry per hour, in order of time. */
export function mergeHours(truths: Iterable<{ readonly hours: readonly HourTruth[] }>): HourTruth[] {
  const merged = new Map<string, HourTruth>()
  for (const { hours } of truths) {
    for (const hour of hours) {
      const known = merged.get(hour.hour)
      merged.set(hour.hour, known === undefined ? hour : addHours(known, hour))
    }
  }
  return [...merged.values()].sort((a, b) => (a.hour < b.hour ? -1 : 1))
}

function addHours(a: HourTruth, b: HourTruth): HourTruth {
  return {
    hour: a.hour,
    rows: a.rows + b.rows,
    first: a.first < b.first ? a.first : b.first,
    last: a.last > b.last ? a.last : b.last,
    columns: Object.fromEntries(
      Object.entries(a.columns).map(([name, column]) => [name, addColumns(column, b.columns[name])]),
    ),
    alarmRows: Object.fromEntries(
      Object.entries(a.alarmRows).map(([name, rows]) => [name, rows + (b.alarmRows[name] ?? 0)]),
    ),
  }
}

function addColumns(a: ColumnTruth, b: ColumnTruth | undefined): ColumnTruth {
  if (b === undefined) return a
  return {
    count: a.count + b.count,
    nan: a.nan + b.nan,
    sum: a.sum + b.sum,
    min: extreme(Math.min, a.min, b.min),
    max: extreme(Math.max, a.max, b.max),
  }
}

function extreme(of: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : of(a, b)
}
