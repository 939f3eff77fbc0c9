// The physics of a pump and the pipe behind it: TypeScript that AssemblyScript reads too, so that there is one of it.

/** The speed of the shaft at which the duty is 1, in rpm: four poles at 50 Hz, less the slip. */
export const ratedSpeed: number = 1450

// At the rated speed the pump reaches 205 kPa against a closed valve, steep as mixed-flow pumps are; the curves meet at
// 2 m/s and 125 kPa.
const shutOffPressure: number = 205
const pumpLoss: number = 20
const pipeLoss: number = 11.25

/** What the pump must lift before anything flows, kPa. */
export const ownStaticPressure: number = 80

/** What a pump gives against a closed valve at a speed in rpm, kPa: by the affinity laws it goes with the square of the speed. */
export function shutOffAt(speed: number): number {
  const n = speed / ratedSpeed
  return n * n * shutOffPressure
}

/**
 * Where the pump curve and the system curve meet: the square of the flow velocity, (m/s)². By the affinity laws (flow ∝ n,
 * head ∝ n²; Gülich, Centrifugal Pumps) a pump gives p = (1 − headLoss)·(n²·shutOff − pumpLoss·v²) at the relative speed n; the
 * pipe needs p = static + pipeLoss·v² / (1 − closure)². Both are quadratic in the velocity v, so v follows in closed form.
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

/** The pressure behind the pump at a square of the velocity, kPa. */
export function pressureAt(speed: number, headLoss: number, velocitySquared: number): number {
  return (1 - headLoss) * (shutOffAt(speed) - pumpLoss * velocitySquared)
}

/** The square of the velocity at which a pump gives a pressure: nothing, when that is more than it gives against a closed valve. */
export function velocitySquaredAt(speed: number, headLoss: number, pressure: number): number {
  return Math.max(shutOffAt(speed) - pressure / (1 - headLoss), 0) / pumpLoss
}
