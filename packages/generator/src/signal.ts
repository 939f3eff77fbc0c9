import type { RandomStream } from './random.js'

/** A signal over time: its value at an epoch second, whole or not. */
export type Signal = (epochSeconds: number) => number

/**
 * Noise that wanders: independent normal values (standard deviation `deviation`) every `periodSeconds` of the epoch, with
 * a smooth curve between them. It has no state, so it is continuous over midnight whichever day is simulated first.
 */
export function wander(
  knots: RandomStream,
  { periodSeconds, deviation }: { periodSeconds: number; deviation: number },
): Signal {
  // A day is simulated forward: the two knots around the last moment asked for nearly always serve the next one too.
  let at = NaN
  let left = 0
  let right = 0
  return (epochSeconds) => {
    const position = epochSeconds / periodSeconds
    const knot = Math.floor(position)
    if (knot !== at) {
      left = knots.normal(knot)
      right = knots.normal(knot + 1)
      at = knot
    }
    return deviation * (left + (right - left) * smoothStep(position - knot))
  }
}

/** Goes from 0 at x ≤ 0 to 1 at x ≥ 1, level at both ends: 3x² − 2x³. */
export function smoothStep(x: number): number {
  const t = Math.min(Math.max(x, 0), 1)
  return t * t * (3 - 2 * t)
}
