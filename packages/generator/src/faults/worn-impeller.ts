import { millisPerDay } from '@minilake/schema'
import type { RandomStream } from '../random.js'
import type { Faults } from '../scenario.js'

/** The wear of a pump's impellers, one after another. */
export interface Wear {
  /** The share of the head lost at a moment: it grows linearly from 0 over the life of an impeller. */
  headLossAt(epochMillis: number): number
  /** When the impeller in use at a moment is replaced, in epoch milliseconds. */
  replacedAfter(epochMillis: number): number
}

/** The wear of one pump as a function of absolute time, so that a day can be simulated without the days before it. */
export function wearOf(
  { days: [shortest, longest], headLoss }: NonNullable<Faults['wornImpeller']>,
  random: RandomStream,
): Wear {
  const days = shortest + Math.floor(random.uniform(0) * (longest - shortest + 1))
  const life = days * millisPerDay
  // Replaced in working hours, from 8:00 to 16:00, on a full minute.
  const minute = 480 + Math.floor(random.uniform(2) * 480)
  const origin = Math.floor(random.uniform(1) * days) * millisPerDay + minute * 60_000
  const livesAt = (epochMillis: number) => Math.floor((epochMillis - origin) / life)
  return {
    headLossAt: (epochMillis) => headLoss * ((epochMillis - origin - livesAt(epochMillis) * life) / life),
    replacedAfter: (epochMillis) => origin + (livesAt(epochMillis) + 1) * life,
  }
}
