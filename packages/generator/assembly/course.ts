import { course, headLosses, knots, sensorCount, stateRows, states } from './memory'
import { ownStaticPressure, pressureAt, ratedSpeed, velocitySquared } from './pump-curves'
import { readSensors } from './sensor-noise'

/**
 * Reads the sensors of a pump without faults at `count` moments into the batch, from `row` on. The first moment is sample `firstSample`,
 * counted from the epoch. For the other arguments see `interpolate`.
 */
export function readCourse(
  count: i32,
  sinceMillis: f64,
  step: f64,
  knotStep: f64,
  firstSample: f64,
  row: i32,
): void {
  for (let done = 0; done < count; done += stateRows) {
    const size = min(stateRows, count - done)
    interpolate(size, sinceMillis + <f64>done * step, step, knotStep)
    readSensors(size, firstSample + <f64>done, row + done)
  }
}

/**
 * Computes the states at `count` moments by linear interpolation between the knots. The first moment is `sinceMillis` after the first
 * knot; moments are `step` ms apart, knots `knotStep` ms. All three are whole numbers, so a moment has the same value on every grid.
 */
export function interpolate(count: i32, sinceMillis: f64, step: f64, knotStep: f64): void {
  let knot = <i32>floor(sinceMillis / knotStep)
  let at = sinceMillis - <f64>knot * knotStep
  let row = 0
  while (row < count) {
    const size = min(count - row, <i32>ceil((knotStep - at) / step))
    for (let sensor = 0; sensor < sensorCount; sensor++) {
      const from = course + ((<usize>(sensor * knots + knot)) << 3)
      const left = load<f64>(from)
      const slope = (load<f64>(from, 8) - left) / knotStep
      drawLine(states + ((<usize>(sensor * stateRows + row)) << 3), size, left, slope, at, step)
    }
    row += size
    at += <f64>size * step
    const passed = floor(at / knotStep)
    knot += <i32>passed
    at -= passed * knotStep
  }
}

/** Writes left + slope · x for `size` values of x: the first is `at`, and they are `step` apart. */
function drawLine(to: usize, size: i32, left: f64, slope: f64, at: f64, step: f64): void {
  const lefts = f64x2.splat(left)
  const slopes = f64x2.splat(slope)
  const steps = f64x2.splat(4 * step)
  let pair = f64x2(at, at + step)
  let next = f64x2(at + 2 * step, at + 3 * step)
  let out = to
  const end = to + ((<usize>size) << 3)
  // Four values at a time.
  for (; out + 32 <= end; out += 32) {
    v128.store(out, f64x2.add(lefts, f64x2.mul(pair, slopes)))
    v128.store(out, f64x2.add(lefts, f64x2.mul(next, slopes)), 16)
    pair = f64x2.add(pair, steps)
    next = f64x2.add(next, steps)
  }
  if (out + 16 <= end) {
    v128.store(out, f64x2.add(lefts, f64x2.mul(pair, slopes)))
    out += 16
    pair = next
  }
  if (out < end) store<f64>(out, left + f64x2.extract_lane(pair, 0) * slope)
}

/** Converts the relative speed in the course to rpm, and computes the pressure and the velocity at that speed. */
export function fillOperatingPoints(): void {
  const velocity = course + 8 * knots
  const speed = velocity + 8 * knots
  for (let knot = 0; knot < knots; knot++) {
    const at = (<usize>knot) << 3
    const rpm = load<f64>(speed + at) * ratedSpeed
    const headLoss = load<f64>(headLosses + at)
    const squared = velocitySquared(rpm, 0, headLoss, ownStaticPressure)
    store<f64>(speed + at, rpm)
    store<f64>(velocity + at, Math.sqrt(squared))
    store<f64>(course + at, pressureAt(rpm, headLoss, squared))
  }
}
