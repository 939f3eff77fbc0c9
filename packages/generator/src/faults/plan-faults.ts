import { millisPerDay } from '@minilake/schema'
import type { RandomStream } from '../random.js'
import type { Faults, Range, Scenario } from '../scenario.js'
import { type SensorName, sensorNames } from '../sensors.js'
import {
  type Fault,
  type PumpFault,
  type PumpFaultName,
  quietMillis,
  type SensorFault,
  type SensorFaultName,
  usableSeconds,
} from './fault.js'

const pumpFaults: readonly PumpFaultName[] = ['blockedDischarge', 'cavitation', 'dryRun', 'chatter']
const sensorFaults: readonly SensorFaultName[] = ['stuckSensor', 'spikes', 'nan']

/** What the faults of a day depend on. */
export interface FaultPlanOptions {
  readonly scenario: Scenario
  /** Days since 1970-01-01. */
  readonly day: number
  readonly intervalMillis: number
  /** The random stream of a name. */
  readonly random: (name: string) => RandomStream
}

/**
 * Plans the temporary faults of one pump's day, in order of start. The pump and each of its sensors have at most one fault at a time: of
 * two that would overlap, the later one is dropped. Faults that contain no reading are dropped too.
 */
export function planFaults({ scenario, day, intervalMillis, random }: FaultPlanOptions): Fault[] {
  const occurrencesOf = (fault: PumpFaultName | SensorFaultName) => {
    const options = scenario.faults[fault]
    return options === undefined ? [] : occurrences(options, { day, intervalMillis, random: random(fault) })
  }
  const planned: Fault[] = [
    ...pumpFaults.flatMap((fault) =>
      occurrencesOf(fault).map(({ draw, ...span }): PumpFault => ({
        fault,
        ...span,
        severity: draw('severity'),
      })),
    ),
    ...sensorFaults.flatMap((fault) =>
      occurrencesOf(fault).map(({ draw, ...span }): SensorFault => ({
        fault,
        ...span,
        severity: draw('severity'),
        column: sensorAt(draw('sensor')),
      })),
    ),
  ]
  const ends = new Map<SensorName | undefined, number>()
  return planned
    .sort((a, b) => a.startMillis - b.startMillis || (a.fault < b.fault ? -1 : 1))
    .filter(({ column, startMillis, endMillis }) => {
      if (startMillis < (ends.get(column) ?? -Infinity)) return false
      ends.set(column, endMillis)
      return true
    })
}

// Each quantity of an occurrence has a random number of its own.
const draws = { chance: 0, duration: 1, start: 2, severity: 3, sensor: 4 }

interface Occurrence {
  readonly startMillis: number
  readonly endMillis: number
  /** A random number in [0, 1) for a quantity of this occurrence. */
  readonly draw: (quantity: keyof typeof draws) => number
}

type OccurrenceOptions = NonNullable<Faults[PumpFaultName | SensorFaultName]>

// The usable part of the day is cut into slots of equal length, each with the same chance of one fault.
function occurrences(
  options: OccurrenceOptions,
  { day, intervalMillis, random }: { day: number; intervalMillis: number; random: RandomStream },
): Occurrence[] {
  const { perDay } = options
  const longestSeconds = 'seconds' in options ? options.seconds[1] : 0
  const slots = Math.max(1, Math.ceil(perDay), Math.min(24, Math.floor(usableSeconds / longestSeconds)))
  const slotMillis = (usableSeconds * 1000) / slots
  const dayMillis = day * millisPerDay
  const found: Occurrence[] = []
  for (let slot = 0; slot < slots; slot++) {
    const draw: Occurrence['draw'] = (quantity) =>
      random.uniform((day * 2 ** 17 + slot) * 8 + draws[quantity])
    if (draw('chance') >= perDay / slots) continue
    const slotStart = quietMillis + slot * slotMillis
    let start: number
    let end: number
    if ('seconds' in options) {
      // Squared, so that most are short.
      const duration = 1000 * between(options.seconds, draw('duration') * draw('duration'))
      start = Math.floor(slotStart + draw('start') * (slotMillis - duration))
      end = Math.floor(start + duration)
    } else {
      const readings = 'readings' in options ? Math.floor(between(options.readings, draw('duration'), 1)) : 1
      start = Math.ceil((slotStart + draw('start') * slotMillis) / intervalMillis) * intervalMillis
      end = Math.min(start + readings * intervalMillis, Math.floor(slotStart + slotMillis))
    }
    const containsReading = Math.ceil(start / intervalMillis) * intervalMillis < end
    if (containsReading) found.push({ startMillis: dayMillis + start, endMillis: dayMillis + end, draw })
  }
  return found
}

function between([min, max]: Range, share: number, inclusive = 0): number {
  return min + share * (max - min + inclusive)
}

function sensorAt(share: number): SensorName {
  // In range, since the share is below 1.
  return sensorNames[Math.floor(share * sensorNames.length)] as SensorName
}
