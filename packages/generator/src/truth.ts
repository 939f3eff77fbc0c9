import { type Batch, columnsOf, eventTimeColumn, type Table } from '@minilake/schema'
import type { FileParameters } from './file-plan.js'

/** What is true of one column within an hour, over its readings that are not NaN. */
export interface ColumnTruth {
  count: number
  sum: number
  min: number
  max: number
}

/** What is true of the readings within one UTC hour. */
export interface HourTruth {
  /** Start of the hour: `2026-01-01T00:00:00.000Z`. */
  hour: string
  rows: number
  /** Time of the first and of the last reading, in the same form as `hour`. */
  first: string
  last: string
  /** By the name of each DOUBLE column. */
  columns: Record<string, ColumnTruth>
  /** Rows over the high limit, by the name of each column that has one. */
  alarmRows: Record<string, number>
}

/** The right answers about one data file, known from simulating it, not from reading it back. */
export interface Truth {
  /** Version of this form. */
  version: 1
  parameters: FileParameters
  rows: number
  /** Rows over the high limit of each column that has one. */
  alarmRows: Record<string, { above: number; rows: number }>
  /** Hours that have readings, in order. */
  hours: HourTruth[]
}

/** The folder of all truth files in a store, outside every table's prefix. */
export const truthPrefix = '_truth/'

/** The key of a data file's truth: `_truth/pump/2026-01-01.json` for `pump/2026-01-01.parquet`. */
export function truthKey(dataKey: string): string {
  return `${truthPrefix}${dataKey.replace(/\.parquet$/, '')}.json`
}

/** The key of the data file that a truth speaks of: `truthKey` the other way round. */
export function truthSubject(key: string): string {
  return `${key.slice(truthPrefix.length).replace(/\.json$/, '')}.parquet`
}

/** Gathers the truth of a file batch by batch, in memory bounded by its hours. */
export function truthRecorder(
  table: Table,
  parameters: FileParameters,
): { add(batch: Batch): void; truth(): Truth } {
  const time = eventTimeColumn(table)
  const doubles = columnsOf(table).filter(([, column]) => column.type === 'double')
  const limited = doubles.flatMap(([name, { highLimit }]) =>
    highLimit === undefined ? [] : [{ name, highLimit }],
  )
  const hours: HourTruth[] = []
  const sums = new Map<ColumnTruth, ExactSum>()

  const hourAt = (millis: number): HourTruth => {
    const hour = isoTime(Math.floor(millis / 3_600_000) * 3_600_000)
    const last = hours.at(-1)
    if (last?.hour === hour) return last
    const columns = Object.fromEntries(
      doubles.map(([name]) => [name, { count: 0, sum: 0, min: Infinity, max: -Infinity }]),
    )
    for (const column of Object.values(columns)) sums.set(column, { sum: 0, lost: 0 })
    const alarmRows = Object.fromEntries(limited.map(({ name }) => [name, 0]))
    const fresh = { hour, rows: 0, first: isoTime(millis), last: '', columns, alarmRows }
    hours.push(fresh)
    return fresh
  }

  return {
    add: ({ rowCount, columns }) => {
      const buffers = columns as Readonly<Record<string, Float64Array>>
      const timestamps = (columns as Readonly<Record<string, BigInt64Array>>)[time] as BigInt64Array
      let start = 0
      while (start < rowCount) {
        const millis = Number((timestamps[start] as bigint) / 1000n)
        const hour = hourAt(millis)
        const end = endOfHour(timestamps, start, rowCount)
        hour.rows += end - start
        hour.last = isoTime(Number((timestamps[end - 1] as bigint) / 1000n))
        for (const [name] of doubles) {
          const truth = hour.columns[name] as ColumnTruth
          addReadings(
            truth,
            sums.get(truth) as ExactSum,
            (buffers[name] as Float64Array).subarray(start, end),
          )
        }
        for (const { name, highLimit } of limited) {
          const values = (buffers[name] as Float64Array).subarray(start, end)
          hour.alarmRows[name] = (hour.alarmRows[name] as number) + countAbove(values, highLimit)
        }
        start = end
      }
    },
    truth: () => ({
      version: 1,
      parameters,
      rows: hours.reduce((rows, hour) => rows + hour.rows, 0),
      alarmRows: Object.fromEntries(
        limited.map(({ name, highLimit }) => [
          name,
          {
            above: highLimit,
            rows: hours.reduce((rows, hour) => rows + (hour.alarmRows[name] as number), 0),
          },
        ]),
      ),
      hours,
    }),
  }
}

/** The truths of several files as one: the hours that they share are added up. Rows in order of time. */
export function mergeHours(truths: Iterable<Pick<Truth, 'hours'>>): HourTruth[] {
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
      Object.entries(a.columns).map(([name, column]) => {
        const other = b.columns[name] ?? { count: 0, sum: 0, min: Infinity, max: -Infinity }
        return [
          name,
          {
            count: column.count + other.count,
            sum: column.sum + other.sum,
            min: Math.min(column.min, other.min),
            max: Math.max(column.max, other.max),
          },
        ]
      }),
    ),
    alarmRows: Object.fromEntries(
      Object.entries(a.alarmRows).map(([name, rows]) => [name, rows + (b.alarmRows[name] ?? 0)]),
    ),
  }
}

interface ExactSum {
  sum: number
  lost: number
}

// Kahan's summation in Neumaier's form: the low bits that each addition loses are kept beside the sum, so the truth is
// exact to the last digit or two whatever the number of readings.
function addReadings(truth: ColumnTruth, exact: ExactSum, values: Float64Array): void {
  for (const value of values) {
    if (Number.isNaN(value)) continue
    truth.count += 1
    if (value < truth.min) truth.min = value
    if (value > truth.max) truth.max = value
    const sum = exact.sum + value
    exact.lost += Math.abs(exact.sum) >= Math.abs(value) ? exact.sum - sum + value : value - sum + exact.sum
    exact.sum = sum
  }
  truth.sum = exact.sum + exact.lost
}

function countAbove(values: Float64Array, limit: number): number {
  let rows = 0
  for (const value of values) if (value > limit) rows += 1
  return rows
}

/** The first row after `start` that lies in another hour. */
function endOfHour(timestamps: BigInt64Array, start: number, rowCount: number): number {
  const microsPerHour = 3_600_000_000n
  const first = timestamps[start] as bigint
  const nextHour = first - (((first % microsPerHour) + microsPerHour) % microsPerHour) + microsPerHour
  let end = start + 1
  while (end < rowCount && (timestamps[end] as bigint) < nextHour) end += 1
  return end
}

function isoTime(millis: number): string {
  return new Date(millis).toISOString()
}
