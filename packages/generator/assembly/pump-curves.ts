// The physics of a pump and the pipe behind it. This file is both TypeScript and AssemblyScript, so there is only one version of it.

/** The rated shaft speed, in rpm: that of a four-pole motor at 50 Hz, less the slip. */
export const ratedSpeed: number = 1450

// At the rated speed the pump reaches 205 kPa against a closed valve; its curve is steep, as for mixed-flow pumps. The pump curve and
// the system curve meet at 2 m/s and 125 kPa.
const shutOffPressure: number = 205
const pumpLoss: number = 20
const pipeLoss: number = 11.25

/** The pressure needed before any water flows, kPa. */
export const ownStaticPressure: number = 80

/** The pressure against a closed valve, in kPa, at a speed in rpm. By the affinity laws it grows with the square of the speed. */
export function shutOffAt(speed: number): number {
  const n = speed / ratedSpeed
  return n * n * shutOffPressure
}

/**
 * The square of the flow velocity, in (m/s)², where the pump curve and the system curve meet. By the affinity laws (flow ∝ n,
 * head ∝ n²; Gülich, Centrifugal Pumps) a pump gives p = (1 − headLoss)·(n²·shutOff − pumpLoss·v²) at the relative speed n. The pipe
 * needs p = static + pipeLoss·v² / (1 − closure)². Both are quadratic in the velocity v, so v has a closed form.
 */
export function velocitySquared(
  speed: number,
  closure: number,
  headLoss: number,
  staticPressure: number,
): number {
  const open = 1 - closure
  return (
    Math.max((1 - headLoss) * shutOffAt(speed) - staticPressure, 0) /
    ((1 - headLoss) * pumpLoss + pipeLoss / (open * open))
  )
}

/** The discharge pressure, in kPa, at a square of the velocity. */
export function pressureAt(speed: number, headLoss: number, velocitySquared: number): number {
  return (1 - headLoss) * (shutOffAt(speed) - pumpLoss * velocitySquared)
}

/** The square of the velocity at which a pump gives a pressure; 0 if it cannot reach that pressure even against a closed valve. */
export function velocitySquaredAt(speed: number, headLoss: number, pressure: number): number {
  return Math.max(shutOffAt(speed) - pressure / (1 - headLoss), 0) / pumpLoss
}
