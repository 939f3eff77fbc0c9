import { millisPerDay } from '@minilake/schema'
import type { Workbench } from '../kernels/workbench.js'
import type { RandomStream } from '../random.js'
import { addWander, smoothStep, type TimeGrid } from './wander.js'

/** The demand on the pump at an hour of the day, as a speed relative to the rated one. */
interface DutyPoint {
  readonly hour: number
  readonly speed: number
}

// Low at night, a rise in the morning, a dip in the afternoon, a peak in the evening.
const duty: readonly [DutyPoint, ...DutyPoint[]] = [
  { hour: 0, speed: 0.885 },
  { hour: 5, speed: 0.885 },
  { hour: 8, speed: 0.985 },
  { hour: 11, speed: 0.965 },
  { hour: 14, speed: 0.935 },
  { hour: 17, speed: 0.95 },
  { hour: 20, speed: 1 },
  { hour: 23, speed: 0.9 },
  { hour: 24, speed: 0.885 },
]

/**
 * Writes the pump's speed, relative to the rated one, into a workbench's course, whose moments lie on `grid`: the daily duty plus the
 * slow noise of demand and load.
 */
export function fillRelativeSpeed(
  workbench: Workbench,
  grid: TimeGrid,
  random: (name: string) => RandomStream,
): void {
  const { speed } = workbench.course
  speed.set(dutySpeeds(grid, speed.length))
  addWander(workbench, grid, { knots: random('demand'), periodSeconds: 1800, deviation: 0.008 })
  addWander(workbench, grid, { knots: random('load'), periodSeconds: 60, deviation: 0.002 })
}

/** The duty on the grid that was asked for last: it is the same every day. */
let cached = { firstMillis: NaN, stepMillis: NaN, speeds: new Float64Array(0) }

function dutySpeeds({ firstMillis, stepMillis }: TimeGrid, count: number): Float64Array {
  const sinceMidnight = firstMillis - Math.floor(firstMillis / millisPerDay) * millisPerDay
  if (
    cached.firstMillis !== sinceMidnight ||
    cached.stepMillis !== stepMillis ||
    cached.speeds.length !== count
  ) {
    const speeds = Float64Array.from({ length: count }, (_, i) => dutyAt(sinceMidnight + i * stepMillis))
    cached = { firstMillis: sinceMidnight, stepMillis, speeds }
  }
  return cached.speeds
}

function dutyAt(millis: number): number {
  const hour = (millis % millisPerDay) / 3_600_000
  let [left] = duty
  for (const right of duty) {
    if (hour < right.hour)
      return (
        left.speed + (right.speed - left.speed) * smoothStep((hour - left.hour) / (right.hour - left.hour))
      )
    left = right
  }
  return left.speed
}
