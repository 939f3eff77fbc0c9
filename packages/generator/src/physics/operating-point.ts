import {
  ownStaticPressure,
  pressureAt,
  velocitySquared,
  velocitySquaredAt,
} from '../../assembly/pump-curves.js'

/** The pressure and the flow of a pump at one moment, without sensor noise. */
export interface OperatingPoint {
  /** Discharge pressure, kPa gauge. */
  pressure: number
  /** Flow velocity in the discharge pipe, m/s. */
  velocity: number
}

/** The condition of a pump and of the pipe behind it. The defaults describe a healthy pump on an open pipe. */
export interface PumpCondition {
  /** How far the discharge is closed: 0 open, 1 shut. Default 0. */
  closure?: number
  /** The share of the head that is lost: 0 as new, 1 no head at all. Default 0. */
  headLoss?: number
  /** The pressure needed before any water flows, kPa. Default 80. */
  staticPressure?: number
}

/** The point where the pump curve and the system curve meet, at a shaft speed in rpm. */
export function operatingPoint(
  speed: number,
  { closure = 0, headLoss = 0, staticPressure = ownStaticPressure }: PumpCondition = {},
): OperatingPoint {
  const vSquared = velocitySquared(speed, closure, headLoss, staticPressure)
  return { pressure: pressureAt(speed, headLoss, vSquared), velocity: Math.sqrt(vSquared) }
}

/**
 * The operating point while something downstream holds the discharge at `pressure`, in kPa. There is no flow if that pressure exceeds
 * what the pump reaches against a closed valve.
 */
export function throttledPoint(speed: number, pressure: number, headLoss: number): OperatingPoint {
  return { pressure, velocity: Math.sqrt(velocitySquaredAt(speed, headLoss, pressure)) }
}
