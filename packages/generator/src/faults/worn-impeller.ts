import { millisPerDay } from '@minilake/schema'
import type { RandomStream } from '../random.js'
import type { Faults } from '../scenario.js'

/** How a pump's impellers wear, one after another. */
export interface Wear {
  /** The share of the head that is lost at a moment: from 0, evenly over an impeller's life. */
  headLossAt(epochMillis: number): number
  /** When the impeller in use at a moment is replaced, in epoch milliseconds. */
  replacedAfter(epochMillis: number): number
}

/** The wear of one pump: a function of absolute time, so that a day needs nothing of the days before it. */
export function wearOf(
  { days: [shortest, longest], headLoss }: NonNullable<Faults['wornImpeller']>,
  random: RandomStream,
): Wear {
  const days = shortest + Math.floor(random.uniform(0) * (longest - shortest + 1))
  const life = days * millisPerDay
  // Replaced in working hours, 8 to 16, on the full minute.
  const minute = 480 + Math.floor(random.uniform(2) * 480)
  const origin = Math.floor(random.uniform(1) * days) * millisPerDay + minute * 60_000
  const livesAt = (epochMillis: number) => Math.floor((epochMillis - origin) / life)
  return {
    headLossAt: (epochMillis) => headLoss * ((epochMillis - origin - livesAt(epochMillis) * life) / life),
    replacedAfter: (epochMillis) => origin + (livesAt(epochMillis) + 1) * life,
  }
}
