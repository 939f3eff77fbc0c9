import type { RandomStream } from './random.js'

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
 * Adds wandering noise to a signal, at the moments of a grid. The knots lie on a grid of the epoch, so the noise is a
 * function of time alone, continuous over midnight whichever day is simulated first.
 */
export function addWander(
  signal: Float64Array,
  { firstMillis, stepMillis }: TimeGrid,
  { knots, periodSeconds, deviation }: Wander,
): void {
  const perMilli = 1 / (periodSeconds * 1000)
  let at = NaN
  let left = 0
  let right = 0
  for (let i = 0; i < signal.length; i++) {
    const position = (firstMillis + i * stepMillis) * perMilli
    const knot = Math.floor(position)
    if (knot !== at) {
      left = knot === at + 1 ? right : knots.normal(knot)
      right = knots.normal(knot + 1)
      at = knot
    }
    signal[i] = (signal[i] as number) + deviation * (left + (right - left) * smoothStep(position - knot))
  }
}

/** The value of wandering noise at one moment, the same as `addWander` adds there. */
export function wanderAt(epochMillis: number, { knots, periodSeconds, deviation }: Wander): number {
  const position = epochMillis * (1 / (periodSeconds * 1000))
  const knot = Math.floor(position)
  const left = knots.normal(knot)
  return deviation * (left + (knots.normal(knot + 1) - left) * smoothStep(position - knot))
}

/**
 * Writes a signal that is known at the moments of a coarse grid at those of any other within it, on straight lines
 * between. A moment has the same value on any grid.
 */
export function interpolate(
  values: Float64Array,
  { firstMillis, stepMillis }: TimeGrid,
  signal: Float64Array,
  grid: TimeGrid,
): void {
  let since = firstMillis - grid.firstMillis
  let knot = Math.floor(since / grid.stepMillis)
  since -= knot * grid.stepMillis
  for (let row = 0; row < values.length;) {
    const left = signal[knot] as number
    const slope = ((signal[knot + 1] as number) - left) / grid.stepMillis
    for (; since < grid.stepMillis && row < values.length; row++) {
      values[row] = left + since * slope
      since += stepMillis
    }
    const knots = stepMillis < grid.stepMillis ? 1 : Math.floor(since / grid.stepMillis)
    knot += knots
    since -= knots * grid.stepMillis
  }
}

/** Goes from 0 at x ≤ 0 to 1 at x ≥ 1, level at both ends: 3x² − 2x³. */
export function smoothStep(x: number): number {
  if (x <= 0) return 0
  return x < 1 ? x * x * (3 - 2 * x) : 1
}
