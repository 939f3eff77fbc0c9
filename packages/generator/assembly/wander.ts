import { course, knots, wanderKnots } from './memory'

/**
 * Adds wandering noise to the speed in the course: a smooth curve, 3x² − 2x³, from one of the values at `wanderKnots` to the next.
 * The moments are `firstMillis` and so on by `stepMillis`; knot `firstKnot` of the epoch is the first of those values.
 */
export function addWander(
  count: i32,
  firstMillis: f64,
  stepMillis: f64,
  knotsPerMilli: f64,
  firstKnot: f64,
  deviation: f64,
): void {
  const speed = course + 2 * 8 * knots
  for (let i = 0; i < count; i++) {
    const position = (firstMillis + <f64>i * stepMillis) * knotsPerMilli
    const knot = floor(position)
    const at = wanderKnots + ((<usize>(knot - firstKnot)) << 3)
    const left = load<f64>(at)
    const right = load<f64>(at, 8)
    const x = position - knot
    const value = deviation * (left + (right - left) * (x * x * (3 - 2 * x)))
    store<f64>(speed + ((<usize>i) << 3), load<f64>(speed + ((<usize>i) << 3)) + value)
  }
}
