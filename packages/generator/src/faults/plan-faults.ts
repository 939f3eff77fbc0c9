import { millisPerDay } from '@minilake/schema'
import type { RandomStream } from '../random.js'
import type { Faults, Range, Scenario } from '../scenario.js'
import { type SensorName, sensorNames } from '../sensors.js'

/** A fault of the pump that comes and goes. */
export type PumpFaultName = 'blockedDischarge' | 'cavitation' | 'dryRun' | 'chatter'

/** A fault of one sensor. */
export type SensorFaultName = 'stuckSensor' | 'spikes' | 'nan'

/** A fault of a pump or of a sensor, at the moments from `startMillis` until before `endMillis` of the epoch. */
export interface Fault<Name extends PumpFaultName | SensorFaultName = PumpFaultName | SensorFaultName> {
  readonly fault: Name
  readonly startMillis: number
  readonly endMillis: number
  /** How bad it is, uniform in [0, 1). */
  readonly severity: number
  /** The sensor that has it. */
  readonly column?: SensorName
}

/** No fault of any kind comes this near to midnight, so none crosses it and a day never depends on another. */
export const quietMillis = 120_000
/** The seconds of a day in which faults can be. */
export const usableSeconds = (millisPerDay - 2 * quietMillis) / 1000

const pumpFaults: readonly PumpFaultName[] = ['blockedDischarge', 'cavitation', 'dryRun', 'chatter']
const sensorFaults: readonly SensorFaultName[] = ['stuckSensor', 'spikes', 'nan']

/** What a day's faults depend on. */
export interface FaultPlanOptions {
  readonly scenario: Scenario
  /** Days since 1970-01-01. */
  readonly day: number
  readonly intervalMillis: number
  readonly random: (name: string) => RandomStream
}

/**
 * The faults of a pump's day that come and go, in order of start. A pump, and a sensor, has one at a time: of two that
 * would overlap only the first comes. Faults that fall between two readings are left out.
 */
export function faultsOf({ scenario, day, intervalMillis, random }: FaultPlanOptions): Fault[] {
  const planned = [...pumpFaults, ...sensorFaults].flatMap((fault) => {
    const spells = scenario.faults[fault]
    return spells === undefined ? [] : spellsOf(fault, spells, { day, intervalMillis, random: random(fault) })
  })
  const ends = new Map<string | undefined, number>()
  return planned
    .sort((a, b) => a.startMillis - b.startMillis || (a.fault < b.fault ? -1 : 1))
    .filter(({ column, startMillis, endMillis }) => {
      if (startMillis < (ends.get(column) ?? -Infinity)) return false
      ends.set(column, endMillis)
      return true
    })
}

type SpellOptions = NonNullable<Faults[PumpFaultName | SensorFaultName]>

// The day is cut into slots of equal length; each has the same chance of one fault.
function spellsOf(
  fault: PumpFaultName | SensorFaultName,
  options: SpellOptions,
  { day, intervalMillis, random }: { day: number; intervalMillis: number; random: RandomStream },
): Fault[] {
  const { perDay } = options
  const longestSeconds = 'seconds' in options ? options.seconds[1] : 0
  const slots = Math.max(1, Math.ceil(perDay), Math.min(24, Math.floor(usableSeconds / longestSeconds)))
  const slotMillis = (usableSeconds * 1000) / slots
  const dayMillis = day * millisPerDay
  const faults: Fault[] = []
  for (let slot = 0; slot < slots; slot++) {
    const draw = (number: number) => random.uniform((day * 2 ** 17 + slot) * 8 + number)
    if (draw(0) >= perDay / slots) continue
    const slotStart = quietMillis + slot * slotMillis
    let start: number
    let end: number
    if ('seconds' in options) {
      // Squared, since most are short.
      const duration = 1000 * between(options.seconds, draw(1) * draw(1))
      start = Math.floor(slotStart + draw(2) * (slotMillis - duration))
      end = Math.floor(start + duration)
    } else {
      const readings = 'readings' in options ? Math.floor(between(options.readings, draw(1), 1)) : 1
      start = Math.ceil((slotStart + draw(2) * slotMillis) / intervalMillis) * intervalMillis
      end = Math.min(start + readings * intervalMillis, Math.floor(slotStart + slotMillis))
    }
    // The first reading at or after the start must lie before the end.
    if (Math.ceil(start / intervalMillis) * intervalMillis >= end) continue
    const common = {
      fault,
      startMillis: dayMillis + start,
      endMillis: dayMillis + end,
      severity: draw(3),
    }
    const column = sensorNames[Math.floor(draw(4) * sensorNames.length)] as SensorName
    faults.push(isSensorFault(fault) ? { ...common, column } : common)
  }
  return faults
}

function between([least, most]: Range, share: number, inclusive = 0): number {
  return least + share * (most - least + inclusive)
}

/** Whether a fault is one of a sensor, not of the pump itself. */
export function isSensorFault(fault: PumpFaultName | SensorFaultName): fault is SensorFaultName {
  return sensorFaults.includes(fault as SensorFaultName)
}
