import { millisPerDay } from '@minilake/schema'
import type { SensorName } from '../sensors.js'

/** A temporary fault of the pump itself. */
export type PumpFaultName = 'blockedDischarge' | 'cavitation' | 'dryRun' | 'chatter'

/** A fault of one sensor. */
export type SensorFaultName = 'stuckSensor' | 'spikes' | 'nan'

interface FaultSpan {
  /** First moment of the fault, in epoch milliseconds. */
  readonly startMillis: number
  /** First moment after the fault, in epoch milliseconds. */
  readonly endMillis: number
  /** From 0, mild, to 1, severe. */
  readonly severity: number
}

/** One occurrence of a temporary fault of the pump. */
export interface PumpFault extends FaultSpan {
  readonly fault: PumpFaultName
  readonly column?: never
}

/** One occurrence of a fault of a sensor. */
export interface SensorFault extends FaultSpan {
  readonly fault: SensorFaultName
  /** The faulty sensor. */
  readonly column: SensorName
}

/** One occurrence of a fault. Only faults of a sensor have a `column`. */
export type Fault = PumpFault | SensorFault

/** No fault but wear comes this close to midnight. So none crosses it, and a day never depends on another. */
export const quietMillis = 120_000

/** The part of a day in which faults can occur, in seconds. */
export const usableSeconds = (millisPerDay - 2 * quietMillis) / 1000
