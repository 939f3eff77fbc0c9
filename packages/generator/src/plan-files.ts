import { formatUtcDay, millisPerDay, parseUtcDay, pump, pumpDaily } from '@minilake/schema'
import { checkKeys, shown } from './check-keys.js'
import { checkScenario } from './check-scenario.js'
import { type Scenario, scenarios } from './scenario.js'

/** The tables that have a simulation, by name. */
export const simulatedTables = { pump, pump_daily: pumpDaily } as const

/** A table that has a simulation. */
export type SimulatedTable = (typeof simulatedTables)[keyof typeof simulatedTables]

/** What to simulate. */
export interface SimulateOptions {
  /** First UTC day, 'YYYY-MM-DD'; the last one of all is 9999-12-30. */
  from: string
  /** Number of days. Default 7. */
  days?: number
  /** Time between readings in seconds; must divide a day and be whole milliseconds. Default 1. */
  intervalSeconds?: number
  /** Same seed, same readings. A whole number from 0 to 9,007,199,254,740,991. Default 42. */
  seed?: number
  /** Number of pumps: exactly 1 on `pump`, up to 9999 on `pump_daily`. Default 1. */
  pumps?: number
  /** Default: `scenarios.default`. */
  scenario?: Scenario
}

/** All that the contents of one data file depend on. */
export interface FileParameters {
  readonly table: keyof typeof simulatedTables
  /** 1 and up. */
  readonly pump: number
  /** UTC day, 'YYYY-MM-DD'. */
  readonly day: string
  readonly intervalSeconds: number
  readonly seed: number
  readonly scenario: Scenario
}

/** The options of a simulation. */
export const optionNames = ['from', 'days', 'intervalSeconds', 'seed', 'pumps', 'scenario'] as const
const parameterNames = ['table', 'pump', 'day', 'intervalSeconds', 'seed', 'scenario'] as const

/** The files that `simulate` would give, as plain data that can be sent to a worker. */
export function planFiles(table: SimulatedTable, options: SimulateOptions): FileParameters[] {
  checkTable((table as SimulatedTable | undefined)?.name)
  checkKeys('simulation', options, optionNames, ['from'])
  const { from, days = 7, intervalSeconds = 1, seed = 42, pumps = 1, scenario = scenarios.default } = options
  const first = parseUtcDay(from)
  checkWhole('days', days, 1, 1_000_000)
  if (table.name === 'pump' && pumps !== 1) {
    throw new RangeError(
      `pumps expected 1 on table pump, which holds one pump, got ${shown(pumps)}: use table pump_daily for a fleet`,
    )
  }
  checkWhole('pumps', pumps, 1, mostPumps)
  checkWhole('days × pumps (files)', days * pumps, 1, 1_000_000)
  checkLastDay('days', first + days - 1, `${days} from ${from}`)
  checkCommon({ intervalSeconds, seed, scenario })

  return Array.from({ length: days }, (_, day) => formatUtcDay(first + day)).flatMap((day) =>
    Array.from({ length: pumps }, (_, index) => ({
      table: table.name,
      pump: index + 1,
      day,
      intervalSeconds,
      seed,
      scenario,
    })),
  )
}

/** Throws a RangeError or TypeError for parameters that `planFiles` would not give. */
export function checkParameters(parameters: FileParameters): void {
  checkKeys('file parameters', parameters, parameterNames, parameterNames)
  const { table, pump: pumpNumber, day } = parameters
  checkTable(table)
  checkWhole(`pump of table ${table}`, pumpNumber, 1, table === 'pump' ? 1 : mostPumps)
  checkLastDay('day', parseUtcDay(day), day)
  checkCommon(parameters)
}

// A fault may end at the midnight after its day, which must still be of the year 9999: later ones have no ISO form of four digits.
const lastDay = '9999-12-30'

function checkLastDay(subject: string, last: number, got: string): void {
  if (last > parseUtcDay(lastDay))
    throw new RangeError(`${subject} expected to end by ${lastDay}, got ${got}`)
}

// As many as the names pump-0001 to pump-9999 can tell apart.
const mostPumps = 9999

function checkCommon({
  intervalSeconds,
  seed,
  scenario,
}: Pick<FileParameters, 'intervalSeconds' | 'seed' | 'scenario'>): void {
  checkWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER)
  checkInterval(intervalSeconds)
  checkScenario(scenario)
}

function checkTable(name: string | undefined): void {
  if (name !== undefined && Object.hasOwn(simulatedTables, name)) return
  throw new RangeError(`table expected one of ${Object.keys(simulatedTables).join(', ')}, got ${name}`)
}

function checkWhole(subject: string, value: unknown, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    throw new RangeError(`${subject} expected a whole number from ${least} to ${most}, got ${shown(value)}`)
  }
}

function checkInterval(intervalSeconds: unknown): void {
  const exactMillis = typeof intervalSeconds === 'number' ? intervalSeconds * 1000 : NaN
  const millis = Math.round(exactMillis)
  if (!(millis >= 1) || Math.abs(millis - exactMillis) > 1e-9 || millisPerDay % millis !== 0) {
    throw new RangeError(
      `interval expected whole milliseconds that divide a day, such as 1s, 500ms or 5m, got ${shown(intervalSeconds)} s`,
    )
  }
}
