import { course, headLosses, knots, sensorCount, stateRows, states } from './memory'
import { ownStaticPressure, pressureAt, ratedSpeed, velocitySquared } from './pump-curves'
import { readSensors } from './sensor-noise'

/**
 * Writes what the sensors of a pump without faults show, from a row of the batch on: its state at `count` moments, of which the
 * first is sample `firstSample` of the epoch. For the other arguments see `interpolate`.
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
 * Writes states on straight lines between the knots: the first moment lies `sinceMillis` after the first knot, each other `step` ms
 * after the one before it, and knots `knotStep` ms apart. All are whole numbers, so a moment has the same value on any grid.
 */
export function interpolate(count: i32, sinceMillis: f64, step: f64, knotStep: f64): void {
  for (let sensor = 0; sensor < sensorCount; sensor++) {
    const line = course + 8 * sensor * knots
    const out = states + 8 * sensor * stateRows
    let knot = <i32>floor(sinceMillis / knotStep)
    let at = sinceMillis - <f64>knot * knotStep
    let row = 0
    while (row < count) {
      const left = load<f64>(line + ((<usize>knot) << 3))
      const slope = (load<f64>(line + ((<usize>knot) << 3), 8) - left) / knotStep
      // Four moments at a time, as long as the line goes.
      let pair = f64x2.add(f64x2.splat(at), f64x2.mul(f64x2(0, 1), f64x2.splat(step)))
      const twoSteps = f64x2.splat(2 * step)
      while (row + 3 < count && at + 3 * step < knotStep) {
        const next = f64x2.add(pair, twoSteps)
        const address = out + ((<usize>row) << 3)
        v128.store(address, f64x2.add(f64x2.splat(left), f64x2.mul(pair, f64x2.splat(slope))))
        v128.store(address, f64x2.add(f64x2.splat(left), f64x2.mul(next, f64x2.splat(slope))), 16)
        pair = f64x2.add(next, twoSteps)
        at += 4 * step
        row += 4
      }
      for (; row < count && at < knotStep; row++) {
        store<f64>(out + ((<usize>row) << 3), left + at * slope)
        at += step
      }
      const passed = floor(at / knotStep)
      knot += <i32>passed
      at -= passed * knotStep
    }
  }
}

/** Makes the course of the speed relative to the rated one: in rpm, with the pressure and the velocity that follow. */
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
