import type { RandomStream } from './random.js'
import type { Scenario } from './scenario.js'
import { smoothStep } from './signal.js'

/** A stretch of time in which something downstream of the pump closes and opens again. */
export interface Blockage {
  /** Epoch second at which it begins to close. */
  readonly start: number
  readonly durationSeconds: number
  /** How far it closes: 0 not at all, 1 shut. */
  readonly severity: number
}

const closingSeconds = 8
const slotsPerDay = 24

/**
 * The blockages that begin on a pump's day (counted from 1970-01-01), in order of time. Each hour of the day has the
 * same chance of one; none crosses midnight, so a day never depends on the day before.
 */
export function blockagesOf(
  random: RandomStream,
  day: number,
  { blockagesPerDay, blockageSeconds }: Scenario,
): Blockage[] {
  const [shortest, longest] = blockageSeconds
  const blockages: Blockage[] = []
  for (let slot = 0; slot < slotsPerDay; slot++) {
    const index = (day * slotsPerDay + slot) * 4
    if (random.uniform(index) >= blockagesPerDay / slotsPerDay) continue
    const durationSeconds = shortest + random.uniform(index + 1) * (longest - shortest)
    const latestStart = 3600 - durationSeconds - closingSeconds
    blockages.push({
      start: (day * slotsPerDay + slot) * 3600 + random.uniform(index + 2) * latestStart,
      durationSeconds,
      severity: 0.6 + 0.4 * random.uniform(index + 3),
    })
  }
  return blockages
}

/** How far the discharge is closed at a moment: 0 open, 1 shut. Closing and opening take a few seconds each. */
export function closureAt(blockages: readonly Blockage[], epochSeconds: number): number {
  for (const { start, durationSeconds, severity } of blockages) {
    const since = epochSeconds - start
    if (since <= 0 || since >= durationSeconds) continue
    return (
      severity * smoothStep(since / closingSeconds) * smoothStep((durationSeconds - since) / closingSeconds)
    )
  }
  return 0
}
