import {
  ownStaticPressure,
  pressureAt,
  velocitySquared,
  velocitySquaredAt,
} from '../../assembly/pump-curves.js'

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

/** Where the pump curve and the system curve meet, at a speed in rpm. */
export function operatingPoint(
  speed: number,
  { closure = 0, headLoss = 0, staticPressure = ownStaticPressure }: PumpCondition = {},
): OperatingPoint {
  const vSquared = velocitySquared(speed, closure, headLoss, staticPressure)
  return { pressure: pressureAt(speed, headLoss, vSquared), velocity: Math.sqrt(vSquared) }
}

/**
 * What a pump moves while something downstream holds its discharge at a pressure; nothing, when that is more than it gives
 * against a closed valve.
 */
export function throttledPoint(speed: number, pressure: number, headLoss: number): OperatingPoint {
  return { pressure, velocity: Math.sqrt(velocitySquaredAt(speed, headLoss, pressure)) }
}
