import { millisPerDay } from '@minilake/schema'
import type { RandomStream } from './random.js'
import { addWander, smoothStep, type TimeGrid } from './signal.js'

/** The speed of the shaft at which the duty is 1, in rpm: four poles at 50 Hz, less the slip. */
export const ratedSpeed = 1450

// Demand over the day as relative speed at an hour: low at night, up for the morning, a lull after noon, an evening peak.
const hours = [0, 5, 8, 11, 14, 17, 20, 23, 24] as const
const duties = [0.885, 0.885, 0.985, 0.965, 0.935, 0.95, 1, 0.9, 0.885] as const

/** Writes a pump's speed in rpm at the moments of a grid: its duty through the day, with demand and load that wander. */
export function fillShaftSpeed(
  speed: Float64Array,
  grid: TimeGrid,
  random: (name: string) => RandomStream,
): void {
  for (let i = 0; i < speed.length; i++) speed[i] = dutyAt(grid.firstMillis + i * grid.stepMillis)
  addWander(speed, grid, { knots: random('demand'), periodSeconds: 1800, deviation: 0.008 })
  addWander(speed, grid, { knots: random('load'), periodSeconds: 60, deviation: 0.002 })
  for (let i = 0; i < speed.length; i++) speed[i] = (speed[i] as number) * ratedSpeed
}

function dutyAt(epochMillis: number): number {
  const hour = (epochMillis - Math.floor(epochMillis / millisPerDay) * millisPerDay) / 3_600_000
  let next = 1
  while (hour >= (hours[next] as number)) next += 1
  const start = hours[next - 1] as number
  const from = duties[next - 1] as number
  return (
    from + ((duties[next] as number) - from) * smoothStep((hour - start) / ((hours[next] as number) - start))
  )
}
