import { columnsOf, eventTimeColumn, type Batch, type Table } from '@minilake/schema'
import { addReadings, type ColumnSums, columnSums, type ColumnTruth, columnTruth } from './column-recorder.js'
import type { Workbench } from '../kernels/workbench.js'
import { fillMicrosSince, isoOfMicros } from '../timestamps.js'

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

/** Rows of a batch, from `from` until before `to`, that lie in one hour. */
interface Stretch {
  hour: HourSums
  from: number
  to: number
}

/** Gathers the hours of a file batch by batch, and the order of its rows, in memory bounded by the hours. */
export function hourRecorder(
  table: Table,
  workbench: Workbench,
): {
  /** Takes rows in any order; `inOrder` says that no row is older than the one before, which is faster. */
  add(batch: Batch, options: { inOrder: boolean }): void
  hours(): HourTruth[]
  order(): RowOrder
} {
  const { kernels } = workbench
  const mostRows = kernels.batchRows.value
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

  const orderedStretches = (timestamps: BigInt64Array, origin: bigint): Stretch[] => {
    const found: Stretch[] = []
    const address = workbench.addressOf(timestamps)
    const rowCount = timestamps.length
    for (let from = 0; from < rowCount;) {
      const first = kernels.microsSince(address, from, origin)
      const number = Math.floor(first / microsPerHour)
      const to = kernels.firstFrom(address, from, rowCount, origin, (number + 1) * microsPerHour)
      const hour = hourAt(number)
      newest = kernels.microsSince(address, to - 1, origin)
      addTime(hour, first)
      addTime(hour, newest)
      found.push({ hour, from, to })
      from = to
    }
    return found
  }

  const stretches = (timestamps: BigInt64Array, origin: bigint): Stretch[] => {
    const found: Stretch[] = []
    if (micros.length === 0) micros = new Float64Array(mostRows)
    fillMicrosSince(micros, timestamps, origin)
    for (let from = 0; from < timestamps.length;) {
      const number = Math.floor((micros[from] as number) / microsPerHour)
      const to = endOfHour(micros, from, timestamps.length, number)
      const hour = hourAt(number)
      newest = addTimes(hour, order, micros, from, to, newest)
      found.push({ hour, from, to })
      from = to
    }
    return found
  }

  const addPart = (columns: Readonly<Record<string, Float64Array | BigInt64Array>>, inOrder: boolean) => {
    const timestamps = columns[time] as BigInt64Array
    origin ??= startOfHour(timestamps[0] as bigint)
    const parts = inOrder ? orderedStretches(timestamps, origin) : stretches(timestamps, origin)
    for (const { hour, from, to } of parts) hour.rows += to - from
    doubles.forEach(([name], column) => {
      const address = workbench.addressOf(columns[name] as Float64Array)
      for (const { hour, from, to } of parts)
        addReadings(hour.columns[column] as ColumnSums, kernels, address + 8 * from, to - from)
    })
  }

  return {
    add: ({ rowCount, columns }, { inOrder }) => {
      const whole = columns as Readonly<Record<string, Float64Array | BigInt64Array>>
      if (rowCount > 0 && rowCount <= mostRows) addPart(whole, inOrder)
      // A batch may be larger with what comes late.
      for (let from = 0; rowCount > mostRows && from < rowCount; from += mostRows)
        addPart(
          Object.fromEntries(
            [time, ...doubles.map(([name]) => name)].map((name) => [
              name,
              (whole[name] as Float64Array).subarray(from, from + mostRows),
            ]),
          ),
          inOrder,
        )
    },
    hours: () =>
      [...hours].sort(([a], [b]) => a - b).map(([number, sums]) => hourTruth(number, sums, origin as bigint)),
    order: () => ({ ...order }),
  }
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
