import { formatUtcDay, millisPerDay, parseUtcDay, pump, pumpDaily } from '@minilake/schema'
import { checkKeys, shown } from './check-keys.js'
import { checkScenario } from './check-scenario.js'
import { type Scenario, scenarios } from './scenario.js'

/** The tables that have a simulation, by name. */
export const simulatedTables = { pump, pump_daily: pumpDaily } as const

/** A table that has a simulation. */
export type SimulatedTable = (typeof simulatedTables)[keyof typeof simulatedTables]

/** Options of a simulation. */
export interface SimulateOptions {
  /** First UTC day, 'YYYY-MM-DD'. The simulation must end by 9999-12-30. */
  from: string
  /** Number of days. Default 7. */
  days?: number
  /** Time between readings, in seconds: a whole number of milliseconds that divides a day. Default 1. */
  intervalSeconds?: number
  /** The same seed gives the same readings. A whole number from 0 to 9,007,199,254,740,991. Default 42. */
  seed?: number
  /** Number of pumps: exactly 1 on `pump`, up to 9999 on `pump_daily`. Default 1. */
  pumps?: number
  /** What goes wrong. Default `scenarios.default`. */
  scenario?: Scenario
}

/** Everything that the contents of one data file depend on. Plain data: it survives JSON and can be sent to a worker. */
export interface FileParameters {
  readonly table: keyof typeof simulatedTables
  /** The number of the pump, from 1. */
  readonly pump: number
  /** UTC day, 'YYYY-MM-DD'. */
  readonly day: string
  readonly intervalSeconds: number
  readonly seed: number
  readonly scenario: Scenario
}

/** The keys of `SimulateOptions`. */
export const optionNames = ['from', 'days', 'intervalSeconds', 'seed', 'pumps', 'scenario'] as const
const parameterNames = ['table', 'pump', 'day', 'intervalSeconds', 'seed', 'scenario'] as const

/**
 * Plans the files that `simulate` would give: one per pump and UTC day, ordered by day, then by pump. Throws a RangeError or a TypeError
 * if an option is invalid.
 *
 * @example
 * ```ts
 * import { planFiles, simulateFile } from '@minilake/generator'
 * import { pumpDaily } from '@minilake/schema'
 *
 * for (const parameters of planFiles(pumpDaily, { from: '2026-01-01', days: 30, pumps: 10 })) {
 *   // Any order, any worker: a file depends on its own parameters only.
 *   const { key, batches } = simulateFile(parameters)
 *   for (const { rowCount } of batches) console.log(key, rowCount)
 * }
 * ```
 */
export function planFiles(table: SimulatedTable, options: SimulateOptions): FileParameters[] {
  checkTable(table?.name)
  checkKeys('simulation', options, optionNames, ['from'])
  const { from, days = 7, intervalSeconds = 1, seed = 42, pumps = 1, scenario = scenarios.default } = options
  const first = parseUtcDay(from)
  checkWhole('days', days, 1, 1_000_000)
  if (table.name === 'pump' && pumps !== 1) {
    throw new RangeError(
      `pumps expected 1 on table pump, which holds one pump, got ${shown(pumps)}: use table pump_daily for a fleet`,
    )
  }
  checkWhole('pumps', pumps, 1, maxPumps)
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

/** Throws a RangeError or a TypeError if `planFiles` could not have given these parameters. */
export function checkParameters(parameters: FileParameters): void {
  checkKeys('file parameters', parameters, parameterNames, parameterNames)
  const { table, pump: pumpNumber, day } = parameters
  checkTable(table)
  checkWhole(`pump of table ${table}`, pumpNumber, 1, table === 'pump' ? 1 : maxPumps)
  checkLastDay('day', parseUtcDay(day), day)
  checkCommon(parameters)
}

// Wear may end at the midnight after a day. That midnight must be in the year 9999: later years need five digits in ISO text.
const lastDay = '9999-12-30'

function checkLastDay(subject: string, last: number, got: string): void {
  if (last > parseUtcDay(lastDay))
    throw new RangeError(`${subject} expected to end by ${lastDay}, got ${got}`)
}

// Pumps are named with four digits: pump-0001 to pump-9999.
const maxPumps = 9999

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

function checkWhole(subject: string, value: unknown, min: number, max: number): void {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
    throw new RangeError(`${subject} expected a whole number from ${min} to ${max}, got ${shown(value)}`)
}

function checkInterval(intervalSeconds: unknown): void {
  const exactMillis = typeof intervalSeconds === 'number' ? intervalSeconds * 1000 : NaN
  const millis = Math.round(exactMillis)
  if (!(millis >= 1) || Math.abs(millis - exactMillis) > 1e-9 || millisPerDay % millis !== 0) {
    throw new RangeError(
      `interval expected a whole number of milliseconds that divides a day, such as 1s, 500ms or 5m, got ${shown(intervalSeconds)} s`,
    )
  }
}
