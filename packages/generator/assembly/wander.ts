import { course, knots } from './memory'
import { normal } from './random'

/**
 * Adds slow noise to the speed in the course: normal values of a random stream, at knots counted from the epoch, joined by the smooth
 * curve 3x² − 2x³. The course begins at `firstMillis`, and its moments are `stepMillis` apart.
 */
export function addWander(
  firstMillis: f64,
  stepMillis: f64,
  key: i32,
  knotsPerMilli: f64,
  deviation: f64,
): void {
  const speed = course + 2 * 8 * knots
  let at: f64 = NaN
  let left: f64 = 0
  let right: f64 = 0
  for (let i = 0; i < knots; i++) {
    const position = (firstMillis + <f64>i * stepMillis) * knotsPerMilli
    const knot = floor(position)
    if (knot != at) {
      left = knot == at + 1 ? right : normal(key, <i64>knot)
      right = normal(key, <i64>knot + 1)
      at = knot
    }
    const x = position - knot
    const value = deviation * (left + (right - left) * (x * x * (3 - 2 * x)))
    store<f64>(speed + ((<usize>i) << 3), load<f64>(speed + ((<usize>i) << 3)) + value)
  }
}
