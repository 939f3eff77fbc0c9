import { millisPerDay } from '@minilake/schema'
import type { Workbench } from '../kernels/workbench.js'
import type { RandomStream } from '../random.js'
import { addWander, smoothStep, type TimeGrid } from './wander.js'

// Demand over the day as relative speed at an hour: low at night, up for the morning, a lull after noon, an evening peak.
const hours = [0, 5, 8, 11, 14, 17, 20, 23, 24] as const
const duties = [0.885, 0.885, 0.985, 0.965, 0.935, 0.95, 1, 0.9, 0.885] as const

/**
 * Writes a pump's speed, relative to the rated one, into the course at a workbench, at the moments of a grid: its duty through the
 * day, with demand and load that wander.
 */
export function fillRelativeSpeed(
  workbench: Workbench,
  grid: TimeGrid,
  random: (name: string) => RandomStream,
): void {
  const { speed } = workbench.course
  speed.set(dutiesOf(grid, speed.length))
  addWander(workbench, grid, { knots: random('demand'), periodSeconds: 1800, deviation: 0.008 })
  addWander(workbench, grid, { knots: random('load'), periodSeconds: 60, deviation: 0.002 })
}

/** The duties at the moments of the grid that was asked for last: a day has the same as the day before. */
let known = { firstMillis: NaN, stepMillis: NaN, duties: new Float64Array(0) }

function dutiesOf({ firstMillis, stepMillis }: TimeGrid, count: number): Float64Array {
  const sinceMidnight = firstMillis - Math.floor(firstMillis / millisPerDay) * millisPerDay
  const { duties } = known
  if (known.firstMillis !== sinceMidnight || known.stepMillis !== stepMillis || duties.length !== count)
    known = {
      firstMillis: sinceMidnight,
      stepMillis,
      duties: Float64Array.from({ length: count }, (_, i) => dutyAt(sinceMidnight + i * stepMillis)),
    }
  return known.duties
}

function dutyAt(millis: number): number {
  const hour = (millis % millisPerDay) / 3_600_000
  let next = 1
  while (hour >= (hours[next] as number)) next += 1
  const start = hours[next - 1] as number
  const from = duties[next - 1] as number
  return (
    from + ((duties[next] as number) - from) * smoothStep((hour - start) / ((hours[next] as number) - start))
  )
}
