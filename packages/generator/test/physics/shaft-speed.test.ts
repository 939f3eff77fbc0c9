import { expect, test } from 'vitest'
import { Workbench } from '../../src/kernels/workbench.js'
import { randomStream } from '../../src/random.js'
import { ratedSpeed } from '../../assembly/pump-curves.js'
import { fillRelativeSpeed } from '../../src/physics/shaft-speed.js'

const dayMillis = 86_400_000
const day = 20_454 * dayMillis

function speedOf(seed: number, firstMillis: number, seconds: number, stepSeconds = 1): Float64Array {
  const workbench = new Workbench()
  const course = workbench.course.speed
  const speed = new Float64Array(seconds / stepSeconds)
  for (let from = 0; from < speed.length; from += course.length) {
    const grid = { firstMillis: firstMillis + from * stepSeconds * 1000, stepMillis: stepSeconds * 1000 }
    fillRelativeSpeed(workbench, grid, (name) => randomStream(seed, name))
    speed.set(course.subarray(0, speed.length - from), from)
  }
  return speed.map((relative) => relative * ratedSpeed)
}

test('the speed follows the daily duty: high in the evening, low at night', () => {
  const speed = speedOf(42, day, 86_400, 15)
  const meanOf = (hour: number) =>
    speed.subarray(hour * 240, (hour + 1) * 240).reduce((sum, rpm) => sum + rpm, 0) / 240
  expect(meanOf(20)).toBeGreaterThan(meanOf(14) + 50)
  expect(meanOf(14)).toBeGreaterThan(meanOf(2) + 50)
})

test('the speed changes by less than 1 rpm a second, even over midnight, and stays in range', () => {
  const speed = speedOf(7, day - 3_600_000, 93_600)
  const jump = speed.findIndex((rpm, second) => second > 0 && Math.abs(rpm - speed[second - 1]!) > 1)
  expect(jump).toBe(-1)
  expect(speed.every((rpm) => rpm > 1200 && rpm < 1520)).toBe(true)
})

test('the speed wanders around the duty', () => {
  const [first, second] = [speedOf(1, day, 86_400, 15), speedOf(2, day, 86_400, 15)]
  const deviation = Math.sqrt(
    first.reduce((sum, rpm, knot) => sum + (rpm - second[knot]!) ** 2, 0) / first.length,
  )
  expect(deviation).toBeGreaterThan(5)
  expect(deviation).toBeLessThan(40)
})

test('a day before 1970 has the same duty', () => {
  const [rpm] = speedOf(42, -dayMillis + 20 * 3_600_000, 1)
  expect(Math.abs(rpm! / ratedSpeed - 1)).toBeLessThan(0.04)
})
