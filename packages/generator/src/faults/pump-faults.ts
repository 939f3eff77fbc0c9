import { pump } from '@minilake/schema'
import type { Fault, PumpFaultName } from './plan-faults.js'
import { operatingPoint, type OperatingPoint, throttledPoint } from '../physics/operating-point.js'
import type { RandomStream } from '../random.js'
import { smoothStep, wanderAt } from '../physics/wander.js'

/** A pump at one moment, without what a fault does to it. */
export interface PumpMoment {
  readonly epochMillis: number
  /** Speed of the shaft, rpm. */
  readonly speed: number
  /** Share of the head lost to wear. */
  readonly headLoss: number
}

/** The state of a pump at one moment, as its sensors would see it without noise. */
export interface PumpState extends OperatingPoint {
  /** Speed of the shaft, rpm. */
  readonly speed: number
}

/** How bad a fault is at one moment. */
interface FaultMoment {
  /** How far it has come on: 0 not at all, 1 fully. */
  readonly depth: number
  /** From 0 to 1. */
  readonly severity: number
  readonly random: RandomStream
}

const limit = pump.columns.pressure.highLimit

const effects: Readonly<Record<PumpFaultName, (moment: PumpMoment, fault: FaultMoment) => PumpState>> = {
  blockedDischarge: ({ speed, headLoss }, { depth, severity }) =>
    stateAt(speed, operatingPoint(speed, { closure: depth * (0.8 + 0.1 * severity), headLoss })),

  // Beyond NPSH3, at which 3 % of the head are lost (Hydraulic Institute); bubbles that collapse make the pressure rough.
  cavitation: ({ epochMillis, speed, headLoss }, { depth, severity, random }) => {
    const drop = depth * (0.05 + 0.1 * severity)
    const { pressure, velocity } = operatingPoint(speed, { headLoss: 1 - (1 - headLoss) * (1 - drop) })
    return { speed, velocity, pressure: pressure + depth * 1.5 * random.normal(epochMillis) }
  },

  // What is left is air and some drops; without its load the motor slips less.
  dryRun: ({ speed, headLoss }, { depth }) => {
    const faster = speed * (1 + 0.02 * depth)
    return stateAt(faster, operatingPoint(faster, { headLoss: 1 - (1 - headLoss) * (1 - 0.98 * depth) }))
  },

  chatter: ({ epochMillis, speed, headLoss }, { depth, random }) => {
    const { pressure } = operatingPoint(speed, { headLoss })
    const hunting = wanderAt(epochMillis, { knots: random, periodSeconds: 5, deviation: 2 })
    return stateAt(speed, throttledPoint(speed, pressure + depth * (limit + hunting - pressure), headLoss))
  },
}

// Valves, bubbles and water take some seconds to come and go.
const onsetMillis = 8000

/** The state of a pump at one moment of a fault. */
export function faultyState(
  { fault, startMillis, endMillis, severity }: Fault<PumpFaultName>,
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
