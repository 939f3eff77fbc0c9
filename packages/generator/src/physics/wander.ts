import type { Workbench } from '../kernels/workbench.js'
import type { RandomStream } from '../random.js'

/** Evenly spaced moments, in whole epoch milliseconds. */
export interface TimeGrid {
  readonly firstMillis: number
  readonly stepMillis: number
}

/** Slow noise: independent normal values at regular knots, joined by a smooth curve. */
export interface Wander {
  /** Gives the value at each knot. */
  readonly knots: RandomStream
  /** Time between knots. */
  readonly periodSeconds: number
  /** Standard deviation of the values at the knots. */
  readonly deviation: number
}

/**
 * Adds slow noise to the speed in a workbench's course, whose moments lie on `grid`. Knots are counted from the epoch, so the noise
 * depends on the time alone and is continuous over midnight, whichever day is simulated first.
 */
export function addWander(
  { kernels }: Workbench,
  { firstMillis, stepMillis }: TimeGrid,
  { knots, periodSeconds, deviation }: Wander,
): void {
  kernels.addWander(firstMillis, stepMillis, knots.key, 1 / (periodSeconds * 1000), deviation)
}

/** The value of slow noise at one moment: exactly what `addWander` adds there. */
export function wanderAt(epochMillis: number, { knots, periodSeconds, deviation }: Wander): number {
  const position = epochMillis * (1 / (periodSeconds * 1000))
  const knot = Math.floor(position)
  const left = knots.normal(knot)
  return deviation * (left + (knots.normal(knot + 1) - left) * smoothStep(position - knot))
}

/** Rises from 0 at x ≤ 0 to 1 at x ≥ 1 with zero slope at both ends: 3x² − 2x³. */
export function smoothStep(x: number): number {
  if (x <= 0) return 0
  return x < 1 ? x * x * (3 - 2 * x) : 1
}
