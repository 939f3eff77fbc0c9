import { pump } from '@minilake/schema'
import { operatingPoint, type OperatingPoint, throttledPoint } from '../physics/operating-point.js'
import { smoothStep, wanderAt } from '../physics/wander.js'
import type { RandomStream } from '../random.js'
import type { PumpFault, PumpFaultName } from './fault.js'

/** The state of a pump at one moment before the effect of a fault. */
export interface PumpMoment {
  readonly epochMillis: number
  /** Shaft speed, rpm. */
  readonly speed: number
  /** The share of the head lost to wear, 0 to 1. */
  readonly headLoss: number
}

/** The state of a pump at one moment, without sensor noise. */
export interface PumpState extends OperatingPoint {
  /** Shaft speed, rpm. */
  readonly speed: number
}

/** The strength of a fault at one moment. */
interface FaultMoment {
  /** How far the fault has developed: 0 not at all, 1 fully. */
  readonly depth: number
  /** From 0, mild, to 1, severe. */
  readonly severity: number
  readonly random: RandomStream
}

const pressureLimit = pump.columns.pressure.highLimit

const effects: Readonly<Record<PumpFaultName, (moment: PumpMoment, fault: FaultMoment) => PumpState>> = {
  blockedDischarge: ({ speed, headLoss }, { depth, severity }) =>
    stateAt(speed, operatingPoint(speed, { closure: depth * (0.8 + 0.1 * severity), headLoss })),

  // Worse than NPSH3, which is where 3 % of the head is lost (Hydraulic Institute). Collapsing bubbles make the pressure rough.
  cavitation: ({ epochMillis, speed, headLoss }, { depth, severity, random }) => {
    const drop = depth * (0.05 + 0.1 * severity)
    const { pressure, velocity } = operatingPoint(speed, { headLoss: 1 - (1 - headLoss) * (1 - drop) })
    return { speed, velocity, pressure: pressure + depth * 1.5 * random.normal(epochMillis) }
  },

  // Only air and some drops pass through. Without load the motor slips less and turns faster.
  dryRun: ({ speed, headLoss }, { depth }) => {
    const faster = speed * (1 + 0.02 * depth)
    return stateAt(faster, operatingPoint(faster, { headLoss: 1 - (1 - headLoss) * (1 - 0.98 * depth) }))
  },

  chatter: ({ epochMillis, speed, headLoss }, { depth, random }) => {
    const { pressure } = operatingPoint(speed, { headLoss })
    const hunting = wanderAt(epochMillis, { knots: random, periodSeconds: 5, deviation: 2 })
    return stateAt(
      speed,
      throttledPoint(speed, pressure + depth * (pressureLimit + hunting - pressure), headLoss),
    )
  },
}

// Valves, bubbles and water take a few seconds to come and go.
const onsetMillis = 8000

/** The state of a pump at one moment of a fault. */
export function faultyState(
  { fault, startMillis, endMillis, severity }: PumpFault,
  moment: PumpMoment,
  random: RandomStream,
): PumpState {
  const onset = Math.min(onsetMillis, (endMillis - startMillis) / 4)
  const depth =
    smoothStep((moment.epochMillis - startMillis) / onset) *
    smoothStep((endMillis - moment.epochMillis) / onset)
  return effects[fault](moment, { depth, severity, random })
}

function stateAt(speed: number, { pressure, velocity }: OperatingPoint): PumpState {
  return { speed, pressure, velocity }
}
