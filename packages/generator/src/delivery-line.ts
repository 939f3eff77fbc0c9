import { columnBuffer, millisPerDay } from '@minilake/schema'
import { quietMillis } from './faults/plan-faults.js'
import type { RandomStream } from './random.js'
import type { Delivery } from './scenario.js'
import { sensorNames } from './sensors.js'
import type { Readings } from './simulate-day.js'

/** Rows of a batch, from `from` until before `to`. */
export interface Rows {
  readonly from: number
  readonly to: number
}

/** What became of a batch of readings on its way. */
export interface Delivered {
  /** The rows of the batch that are delivered sooner or later, in order of time. */
  readonly kept: readonly Rows[]
  /** What is delivered in its place: without what is missing or comes later, with what comes twice or comes late. */
  readonly batch: Readings
}

/** The way of a file's readings into the file: takes them in order of time, gives them as they arrive. */
export interface DeliveryLine {
  deliver(batch: Readings): Delivered
  /** Readings never delivered, and rows beyond the first of a reading, so far. */
  counts(): { missing: number; duplicates: number }
}

/** Readings travel by so many. */
export const parcelRows = 10

interface Piece extends Rows {
  readonly columns: Readings['columns']
}

type Fate = 'onTime' | 'missing' | 'duplicates' | { readonly after: number }

/**
 * The line of a day. What becomes of a parcel depends on its number alone; only those that arrive later are held, for
 * five minutes at the most. Each batch must begin at a whole parcel.
 */
export function deliveryLine(
  rates: Delivery,
  { random, day, intervalMillis }: { random: RandomStream; day: number; intervalMillis: number },
): DeliveryLine {
  const fateOf = fates(rates, { random, day, intervalMillis })
  let parcel = 0
  let missing = 0
  let duplicates = 0
  /** Parcels on their way, by the number of the parcel after which they arrive. */
  const held = new Map<number, Piece[]>()

  return {
    counts: () => ({ missing, duplicates }),
    deliver: ({ rowCount, columns }) => {
      const kept = rowList()
      const pieces: Piece[] = []
      const onTime = rowList()
      const arrive = (piece: Piece) => {
        pieces.push(...onTime.take().map((rows) => ({ ...rows, columns })), piece)
      }
      for (let from = 0; from < rowCount; from += parcelRows, parcel++) {
        const to = Math.min(from + parcelRows, rowCount)
        const fate = fateOf(parcel)
        if (fate === 'missing') missing += to - from
        else kept.add(from, to)
        if (fate === 'onTime' || fate === 'duplicates') onTime.add(from, to)
        if (fate === 'duplicates') {
          duplicates += to - from
          arrive({ columns, from, to })
        }
        if (typeof fate === 'object') {
          const copy = concatenate([{ columns, from, to }])
          const piece = { columns: copy.columns, from: 0, to: to - from }
          const together = held.get(fate.after)
          if (together) together.push(piece)
          else held.set(fate.after, [piece])
        }
        held.get(parcel)?.forEach(arrive)
        held.delete(parcel)
      }
      pieces.push(...onTime.take().map((rows) => ({ ...rows, columns })))
      return { kept: kept.take(), batch: concatenate(pieces) }
    },
  }
}

// A minute and more after its place is late; a gateway that was cut off comes back within five.
const delaySeconds = [60, 300] as const

function fates(
  { missing = 0, duplicates = 0, outOfOrder = 0, late = 0 }: Delivery,
  { random, day, intervalMillis }: { random: RandomStream; day: number; intervalMillis: number },
): (parcel: number) => Fate {
  const parcelMillis = parcelRows * intervalMillis
  const first = Math.ceil(quietMillis / parcelMillis)
  const last = Math.floor((millisPerDay - quietMillis) / parcelMillis) - 1
  return (parcel) => {
    if (parcel < first || parcel > last) return 'onTime'
    // A day has at most 8,640,000 parcels.
    const index = (day * 2 ** 24 + parcel) * 2
    const draw = random.uniform(index)
    if (draw < missing) return 'missing'
    if (draw < missing + duplicates) return 'duplicates'
    let after = parcel
    if (draw < missing + duplicates + outOfOrder) after += 1
    else if (draw < missing + duplicates + outOfOrder + late) {
      const [least, most] = delaySeconds
      const delayMillis = 1000 * (least + random.uniform(index + 1) * (most - least))
      after += Math.ceil(delayMillis / parcelMillis)
    }
    return after > parcel && after <= last ? { after } : 'onTime'
  }
}

/** Gathers rows; neighbours become one piece. */
function rowList(): { add(from: number, to: number): void; take(): Rows[] } {
  let list: { from: number; to: number }[] = []
  return {
    add: (from, to) => {
      const latest = list.at(-1)
      if (latest?.to === from) latest.to = to
      else list.push({ from, to })
    },
    take: () => {
      const taken = list
      list = []
      return taken
    },
  }
}

function concatenate(pieces: readonly Piece[]): Readings {
  const rowCount = pieces.reduce((rows, { from, to }) => rows + to - from, 0)
  const columns = {
    event_timestamp: columnBuffer.timestamp(rowCount),
    pressure: columnBuffer.double(rowCount),
    velocity: columnBuffer.double(rowCount),
    speed: columnBuffer.double(rowCount),
  }
  let at = 0
  for (const { columns: source, from, to } of pieces) {
    columns.event_timestamp.set(source.event_timestamp.subarray(from, to), at)
    for (const name of sensorNames) columns[name].set(source[name].subarray(from, to), at)
    at += to - from
  }
  return { rowCount, columns }
}
