import { columnsOf, eventTimeColumn, type Batch, type Table } from '@minilake/schema'
import { addReadings, type ColumnSums, columnSums, type ColumnTruth, columnTruth } from './column-truth.js'
import { fillMicrosSince, isoOfMicros } from './timestamps.js'

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

/** How far the rows of a file lie out of the order of their times. */
export interface RowOrder {
  /** Rows that come after a row of a later time. */
  outOfOrder: number
  /** Those of them that are at least 60 s older than the newest row before them. */
  late: number
}

interface HourSums {
  rows: number
  firstMicros: number
  lastMicros: number
  readonly columns: ColumnSums[]
}

const microsPerHour = 3_600_000_000
const lateMicros = 60_000_000

/** Gathers the hours of a file batch by batch, and the order of its rows, in memory bounded by the hours. */
export function hourRecorder(table: Table): {
  /** Takes rows in any order; `inOrder` says that no row is older than the one before, which is faster. */
  add(batch: Batch, options: { inOrder: boolean }): void
  hours(): HourTruth[]
  order(): RowOrder
} {
  const time = eventTimeColumn(table)
  const doubles = columnsOf(table).filter(([, column]) => column.type === 'double')
  const hours = new Map<number, HourSums>()
  const order = { outOfOrder: 0, late: 0 }
  // Times are counted from the hour of the first row, in microseconds.
  let origin: bigint | undefined
  let newest = -Infinity
  let micros = new Float64Array(0)

  const hourAt = (hour: number): HourSums => {
    const known = hours.get(hour)
    if (known !== undefined) return known
    const fresh: HourSums = {
      rows: 0,
      firstMicros: Infinity,
      lastMicros: -Infinity,
      columns: doubles.map(([name, { highLimit = Infinity }]) => columnSums(name, highLimit)),
    }
    hours.set(hour, fresh)
    return fresh
  }

  return {
    add: ({ rowCount, columns }, { inOrder }) => {
      if (rowCount === 0) return
      const buffers = columns as Readonly<Record<string, Float64Array>>
      const timestamps = (columns as Readonly<Record<string, BigInt64Array>>)[time] as BigInt64Array
      origin ??= startOfHour(timestamps[0] as bigint)
      if (!inOrder) {
        if (micros.length < rowCount) micros = new Float64Array(rowCount)
        fillMicrosSince(micros, timestamps, origin)
      }
      for (let start = 0; start < rowCount;) {
        const number = Math.floor(Number((timestamps[start] as bigint) - origin) / microsPerHour)
        const hour = hourAt(number)
        const end = inOrder
          ? firstFrom(timestamps, origin + BigInt((number + 1) * microsPerHour), start, rowCount)
          : endOfHour(micros, start, rowCount, number)
        hour.rows += end - start
        if (inOrder) {
          addTime(hour, Number((timestamps[start] as bigint) - origin))
          newest = Number((timestamps[end - 1] as bigint) - origin)
          addTime(hour, newest)
        } else newest = addTimes(hour, order, micros, start, end, newest)
        for (const sums of hour.columns) addReadings(sums, buffers[sums.name] as Float64Array, start, end)
        start = end
      }
    },
    hours: () =>
      [...hours].sort(([a], [b]) => a - b).map(([number, sums]) => hourTruth(number, sums, origin as bigint)),
    order: () => ({ ...order }),
  }
}

/** The first row with a time of `least` or more, by bisection. */
function firstFrom(timestamps: BigInt64Array, least: bigint, start: number, rowCount: number): number {
  let from = start
  let to = rowCount
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((timestamps[middle] as bigint) < least) from = middle + 1
    else to = middle
  }
  return from
}

function addTime(hour: HourSums, micros: number): void {
  hour.firstMicros = Math.min(hour.firstMicros, micros)
  hour.lastMicros = Math.max(hour.lastMicros, micros)
}

function endOfHour(micros: Float64Array, start: number, rowCount: number, hour: number): number {
  const from = hour * microsPerHour
  const to = from + microsPerHour
  let end = start + 1
  while (end < rowCount && (micros[end] as number) >= from && (micros[end] as number) < to) end += 1
  return end
}

function addTimes(
  hour: HourSums,
  order: RowOrder,
  micros: Float64Array,
  start: number,
  end: number,
  newestBefore: number,
): number {
  let newest = newestBefore
  for (let row = start; row < end; row++) {
    const at = micros[row] as number
    addTime(hour, at)
    if (at >= newest) newest = at
    else {
      order.outOfOrder += 1
      if (newest - at >= lateMicros) order.late += 1
    }
  }
  return newest
}

function hourTruth(
  number: number,
  { rows, firstMicros, lastMicros, columns }: HourSums,
  origin: bigint,
): HourTruth {
  const isoAt = (micros: number) => isoOfMicros(origin + BigInt(micros))
  return {
    hour: isoAt(number * microsPerHour),
    rows,
    first: isoAt(firstMicros),
    last: isoAt(lastMicros),
    columns: Object.fromEntries(columns.map((sums) => [sums.name, columnTruth(sums)])),
    alarmRows: Object.fromEntries(
      columns.filter(({ above }) => above < Infinity).map(({ name, alarmRows }) => [name, alarmRows]),
    ),
  }
}

function startOfHour(micros: bigint): bigint {
  const perHour = BigInt(microsPerHour)
  return micros - (((micros % perHour) + perHour) % perHour)
}
