import { ratedSpeed } from './shaft-speed.js'

/** What a pump moves at one moment, before its sensors see it. */
export interface OperatingPoint {
  /** Discharge pressure, kPa gauge. */
  pressure: number
  /** Flow velocity in the discharge pipe, m/s. */
  velocity: number
}

/** What hinders a pump and the pipe behind it at one moment. All default to a healthy pump on an open pipe. */
export interface PumpCondition {
  /** How far the discharge is closed: 0 open, 1 shut. Default 0. */
  closure?: number
  /** The share of its head that the pump does not give: 0 as new, 1 none. Default 0. */
  headLoss?: number
  /** What the pump must lift before anything flows, kPa. Default 80. */
  staticPressure?: number
}

// At the rated speed the pump reaches 205 kPa against a closed valve, steep as mixed-flow pumps are; the curves meet at
// 2 m/s and 125 kPa.
const shutOffPressure = 205
const pumpLoss = 20
const ownStaticPressure = 80
const pipeLoss = 11.25

/**
 * Where the pump curve and the system curve meet. By the affinity laws (flow ∝ n, head ∝ n²; Gülich, Centrifugal Pumps)
 * a pump gives p = (1 − headLoss)·(n²·shutOff − pumpLoss·v²) at the relative speed n; the pipe
 * needs p = static + pipeLoss·v² / (1 − closure)². Both are quadratic in the velocity v, so v follows in closed form.
 */
export function operatingPoint(
  speed: number,
  { closure = 0, headLoss = 0, staticPressure = ownStaticPressure }: PumpCondition = {},
): OperatingPoint {
  const open = 1 - closure
  const shutOff = shutOffAt(speed)
  const vSquared =
    Math.max((1 - headLoss) * shutOff - staticPressure, 0) /
    ((1 - headLoss) * pumpLoss + pipeLoss / (open * open))
  return { pressure: (1 - headLoss) * (shutOff - pumpLoss * vSquared), velocity: Math.sqrt(vSquared) }
}

/**
 * What a pump moves while something downstream holds its discharge at a pressure; nothing, when that is more than it gives
 * against a closed valve.
 */
export function throttledPoint(speed: number, pressure: number, headLoss: number): OperatingPoint {
  const vSquared = Math.max(shutOffAt(speed) - pressure / (1 - headLoss), 0) / pumpLoss
  return { pressure, velocity: Math.sqrt(vSquared) }
}

function shutOffAt(speed: number): number {
  const n = speed / ratedSpeed
  return n * n * shutOffPressure
}
