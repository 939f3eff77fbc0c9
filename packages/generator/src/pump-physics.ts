import type { RandomStream } from './random.js'
import { type Signal, smoothStep, wander } from './signal.js'

/** The state of a pump at one moment, before its sensors see it. */
export interface PumpState {
  /** Discharge pressure, kPa gauge. */
  pressure: number
  /** Flow velocity in the discharge pipe, m/s. */
  velocity: number
  /** Shaft speed, rpm. */
  speed: number
}

// At the rated speed the pump reaches 185 kPa against a closed valve; the curves meet at 2 m/s and 125 kPa.
const ratedSpeed = 1450
const shutOffPressure = 185
const pumpLoss = 15
const staticPressure = 20
const pipeLoss = 26.25

/**
 * Where the pump curve and the system curve meet. By the affinity laws (flow ∝ n, head ∝ n²) the pump gives
 * p = n²·shutOff − pumpLoss·v² at the relative speed n; the pipe needs p = static + pipeLoss·v² / (1 − closure)². Both
 * are quadratic in the velocity v, so v follows in closed form. `closure` is 0 (open) to 1 (shut).
 */
export function operatingPoint(speed: number, closure: number, state: PumpState): void {
  const n = speed / ratedSpeed
  const open = Math.max(1 - closure, 0.05)
  const shutOff = n * n * shutOffPressure
  const vSquared = Math.max(shutOff - staticPressure, 0) / (pumpLoss + pipeLoss / (open * open))
  state.speed = speed
  state.velocity = Math.sqrt(vSquared)
  state.pressure = shutOff - pumpLoss * vSquared
}

// Demand over the day as (hour, relative speed): low at night, up for the morning, a lull after noon, an evening peak.
const duty = [
  [0, 0.86],
  [5, 0.86],
  [8, 0.99],
  [11, 0.97],
  [14, 0.94],
  [17, 0.96],
  [20, 1.01],
  [23, 0.88],
  [24, 0.86],
] as const

/** A pump's speed in rpm over time: its duty through the day, with demand and load that wander about it. */
export function pumpSpeed(random: (name: string) => RandomStream): Signal {
  const demand = wander(random('demand'), { periodSeconds: 1800, deviation: 0.008 })
  const load = wander(random('load'), { periodSeconds: 45, deviation: 0.003 })
  return (epochSeconds) => ratedSpeed * (dutyAt(epochSeconds) + demand(epochSeconds) + load(epochSeconds))
}

function dutyAt(epochSeconds: number): number {
  const hour = (((epochSeconds % 86_400) + 86_400) % 86_400) / 3600
  for (let i = 1; i < duty.length; i++) {
    const [end, to] = duty[i] as (typeof duty)[number]
    if (hour >= end) continue
    const [start, from] = duty[i - 1] as (typeof duty)[number]
    return from + (to - from) * smoothStep((hour - start) / (end - start))
  }
  return duty[0][1]
}
