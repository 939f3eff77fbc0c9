import type { Workbench } from '../kernels/workbench.js'
import type { RandomStream } from '../random.js'

/** Moments at equal distances, in whole milliseconds of the epoch. */
export interface TimeGrid {
  readonly firstMillis: number
  readonly stepMillis: number
}

/** Noise that wanders: independent normal values every so often, with a smooth curve between them. */
export interface Wander {
  readonly knots: RandomStream
  readonly periodSeconds: number
  /** Standard deviation of the values at the knots. */
  readonly deviation: number
}

/**
 * Adds wandering noise to the speed in the course at a workbench, known at the moments of a grid. The knots lie on a grid of the epoch,
 * so the noise is a function of time alone, continuous over midnight whichever day is simulated first.
 */
export function addWander(
  { kernels }: Workbench,
  { firstMillis, stepMillis }: TimeGrid,
  { knots, periodSeconds, deviation }: Wander,
): void {
  kernels.addWander(firstMillis, stepMillis, knots.key, 1 / (periodSeconds * 1000), deviation)
}

/** The value of wandering noise at one moment, the same as `addWander` adds there. */
export function wanderAt(epochMillis: number, { knots, periodSeconds, deviation }: Wander): number {
  const position = epochMillis * (1 / (periodSeconds * 1000))
  const knot = Math.floor(position)
  const left = knots.normal(knot)
  return deviation * (left + (knots.normal(knot + 1) - left) * smoothStep(position - knot))
}

/** Goes from 0 at x ≤ 0 to 1 at x ≥ 1, level at both ends: 3x² − 2x³. */
export function smoothStep(x: number): number {
  if (x <= 0) return 0
  return x < 1 ? x * x * (3 - 2 * x) : 1
}
