import { type Batch, columnsOf, eventTimeColumn, type Table } from '@minilake/schema'
import type { Workbench } from '../kernels/workbench.js'
import { fillMicrosSince, isoOfMicros } from './timestamps.js'
import { doublesOf, timestampsOf } from './column-buffers.js'
import { columnRecorder } from './column-recorder.js'
import type { HourTruth, RowOrder } from './truth.js'

/** Records the hours of a file and the order of its rows, batch by batch. Memory is bounded by the number of hours. */
export interface HourRecorder {
  /** Adds rows in any order. It is faster with `inOrder`, which promises that no row is older than the row before it. */
  add(batch: Batch, options: { inOrder: boolean }): void
  /** The hours that have rows, in order. */
  hours(): HourTruth[]
  order(): RowOrder
}

// Inside the recorder, hours and times are counted from an origin: the start of the hour of the first row.

interface HourRows {
  rows: number
  firstMicros: number
  lastMicros: number
}

/** Consecutive rows of one hour: from `from` to before `to`. */
interface Stretch {
  readonly hour: number
  readonly from: number
  readonly to: number
}

const microsPerHour = 3_600_000_000
const lateMicros = 60_000_000

/** A recorder for the rows of one file of a table. It is fastest for batches that lie in the workbench. */
export function hourRecorder(table: Table, workbench: Workbench): HourRecorder {
  const { kernels } = workbench
  const maxRows = kernels.batchRows.value
  const time = eventTimeColumn(table)
  const columns = columnsOf(table)
    .filter(([, { type }]) => type === 'double')
    .map(([name, { highLimit }]) => columnRecorder({ name, highLimit }, workbench))
  const hours = new Map<number, HourRows>()
  const order = { outOfOrder: 0, late: 0 }
  let origin: bigint | undefined
  let newest = -Infinity
  let micros = new Float64Array(0)

  const addTimes = ({ hour, from, to }: Stretch, first: number, last: number) => {
    const known = hours.get(hour)
    if (known === undefined) hours.set(hour, { rows: to - from, firstMicros: first, lastMicros: last })
    else {
      known.rows += to - from
      known.firstMicros = Math.min(known.firstMicros, first)
      known.lastMicros = Math.max(known.lastMicros, last)
    }
  }

  const orderedStretches = (timestamps: BigInt64Array, origin: bigint): Stretch[] => {
    const stretches: Stretch[] = []
    const address = workbench.addressOf(timestamps)
    for (let from = 0; from < timestamps.length;) {
      const first = kernels.microsSince(address, from, origin)
      const hour = Math.floor(first / microsPerHour)
      const to = kernels.firstFrom(address, from, timestamps.length, origin, (hour + 1) * microsPerHour)
      newest = kernels.microsSince(address, to - 1, origin)
      const stretch = { hour, from, to }
      addTimes(stretch, first, newest)
      stretches.push(stretch)
      from = to
    }
    return stretches
  }

  const unorderedStretches = (timestamps: BigInt64Array, origin: bigint): Stretch[] => {
    const stretches: Stretch[] = []
    if (micros.length === 0) micros = new Float64Array(maxRows)
    fillMicrosSince(micros, timestamps, origin)
    let from = 0
    let hour = NaN
    let [hourStart, hourEnd] = [NaN, NaN]
    let [first, last] = [Infinity, -Infinity]
    const endStretch = (to: number) => {
      if (to === from) return
      const stretch = { hour, from, to }
      addTimes(stretch, first, last)
      stretches.push(stretch)
      from = to
    }
    let row = 0
    for (const at of micros.subarray(0, timestamps.length)) {
      if (!(at >= hourStart && at < hourEnd)) {
        endStretch(row)
        hour = Math.floor(at / microsPerHour)
        hourStart = hour * microsPerHour
        hourEnd = hourStart + microsPerHour
        first = at
        last = at
      }
      if (at < first) first = at
      if (at > last) last = at
      if (at >= newest) newest = at
      else {
        order.outOfOrder += 1
        if (newest - at >= lateMicros) order.late += 1
      }
      row++
    }
    endStretch(row)
    return stretches
  }

  const addRows = (batch: Batch, from: number, to: number, inOrder: boolean) => {
    const timestamps = timestampsOf(batch, time).subarray(from, to)
    const [firstTime] = timestamps
    if (firstTime === undefined) return
    origin ??= startOfHour(firstTime)
    const stretches = inOrder ? orderedStretches(timestamps, origin) : unorderedStretches(timestamps, origin)
    for (const column of columns) {
      const address = workbench.addressOf(doublesOf(batch, column.name).subarray(from, to))
      for (const stretch of stretches)
        column.add(stretch.hour, address + 8 * stretch.from, stretch.to - stretch.from)
    }
  }

  return {
    add: (batch, { inOrder }) => {
      // Late readings can make a batch larger than what the kernels take at once.
      for (let from = 0; from < batch.rowCount; from += maxRows)
        addRows(batch, from, Math.min(from + maxRows, batch.rowCount), inOrder)
    },
    hours: () => {
      const isoAt = (micros: number) => isoOfMicros((origin ?? 0n) + BigInt(micros))
      return [...hours]
        .sort(([a], [b]) => a - b)
        .map(([hour, { rows, firstMicros, lastMicros }]) => ({
          hour: isoAt(hour * microsPerHour),
          rows,
          first: isoAt(firstMicros),
          last: isoAt(lastMicros),
          columns: Object.fromEntries(columns.map((column) => [column.name, column.truth(hour)])),
          alarmRows: Object.fromEntries(
            columns
              .filter(({ highLimit }) => highLimit !== undefined)
              .map((column) => [column.name, column.alarmRows(hour)]),
          ),
        }))
    },
    order: () => ({ ...order }),
  }
}

function startOfHour(micros: bigint): bigint {
  const perHour = BigInt(microsPerHour)
  return micros - (((micros % perHour) + perHour) % perHour)
}
