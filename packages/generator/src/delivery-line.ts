import { millisPerDay } from '@minilake/schema'
import { quietMillis } from './faults/fault.js'
import type { RandomStream } from './random.js'
import { concatenateReadings, type Readings, type ReadingsSlice, type Rows } from './readings.js'
import type { Delivery, Range } from './scenario.js'

/** What happened to a batch of readings on delivery. */
interface Delivered {
  /** The rows of the original batch that arrive at some time, in order of event time. */
  readonly kept: readonly Rows[]
  /** The rows that arrive in place of the original batch: some missing, some twice, some late from an earlier batch. */
  readonly batch: Readings
}

/** Carries the readings of a file from the pump into the file. */
export interface DeliveryLine {
  /** Takes the next batch, in order of event time, and gives the rows in order of arrival. */
  deliver(batch: Readings): Delivered
  /** So far: readings that were never delivered, and rows that repeat a reading. */
  counts(): { missing: number; duplicates: number }
}

interface DeliveryLineOptions {
  random: RandomStream
  /** Days since 1970-01-01. */
  day: number
  intervalMillis: number
}

/** Readings are delivered in parcels of this size. */
export const parcelRows = 10

/** What happens to a parcel. One that is held back arrives right after the parcel number `after`. */
type Fate = 'onTime' | 'missing' | 'duplicates' | { readonly after: number }

/**
 * The delivery line of one day. The fate of a parcel depends only on its number. Only parcels that arrive later are held in memory, each
 * for five minutes at most. Every batch must begin with a whole parcel.
 */
export function deliveryLine(rates: Delivery, options: DeliveryLineOptions): DeliveryLine {
  const fateOf = fates(rates, options)
  let parcel = 0
  let missing = 0
  let duplicates = 0
  /** Parcels held back, by the number of the parcel after which they arrive. */
  const held = new Map<number, ReadingsSlice[]>()

  return {
    counts: () => ({ missing, duplicates }),
    deliver: ({ rowCount, columns }) => {
      const kept = rowList()
      const arrived: ReadingsSlice[] = []
      const onTime = rowList()
      const arriveOnTime = () => {
        for (const rows of onTime.take()) arrived.push({ ...rows, columns })
      }
      const arrive = (slice: ReadingsSlice) => {
        arriveOnTime()
        arrived.push(slice)
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
          const copy = concatenateReadings([{ columns, from, to }])
          const slice = { columns: copy.columns, from: 0, to: to - from }
          const together = held.get(fate.after)
          if (together) together.push(slice)
          else held.set(fate.after, [slice])
        }
        held.get(parcel)?.forEach(arrive)
        held.delete(parcel)
      }
      arriveOnTime()
      return { kept: kept.take(), batch: concatenateReadings(arrived) }
    },
  }
}

// At least a minute is late by definition; a gateway that lost its connection is back within five.
const delaySeconds: Range = [60, 300]

function fates(
  { missing = 0, duplicates = 0, outOfOrder = 0, late = 0 }: Delivery,
  { random, day, intervalMillis }: DeliveryLineOptions,
): (parcel: number) => Fate {
  const parcelMillis = parcelRows * intervalMillis
  const first = Math.ceil(quietMillis / parcelMillis)
  const last = Math.floor((millisPerDay - quietMillis) / parcelMillis) - 1
  return (parcel) => {
    if (parcel < first || parcel > last) return 'onTime'
    // A day has at most 8,640,000 parcels, fewer than 2^24.
    const index = (day * 2 ** 24 + parcel) * 2
    const draw = random.uniform(index)
    if (draw < missing) return 'missing'
    if (draw < missing + duplicates) return 'duplicates'
    let after = parcel
    if (draw < missing + duplicates + outOfOrder) after += 1
    else if (draw < missing + duplicates + outOfOrder + late) {
      const [min, max] = delaySeconds
      const delayMillis = 1000 * (min + random.uniform(index + 1) * (max - min))
      after += Math.ceil(delayMillis / parcelMillis)
    }
    return after > parcel && after <= last ? { after } : 'onTime'
  }
}

/** Collects ranges of rows and joins adjacent ones. */
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
