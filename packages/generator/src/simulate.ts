import {
  type Batch,
  columnBuffer,
  dataFileKey,
  formatUtcDay,
  parseUtcDay,
  pump,
  pumpDaily,
  type Table,
} from '@minilake/schema'
import { blockagesOf, closureAt } from './blocked-discharge.js'
import { operatingPoint, pumpSpeed } from './pump-physics.js'
import { randomStream } from './random.js'
import { type Scenario, scenarios } from './scenario.js'
import { type Truth, truthRecorder } from './truth.js'

/** The tables that have a simulation, by name. */
export const simulatedTables = { pump, pump_daily: pumpDaily } as const

/** A table that has a simulation. */
export type SimulatedTable = (typeof simulatedTables)[keyof typeof simulatedTables]

/** What to simulate. */
export interface SimulateOptions {
  /** First UTC day, 'YYYY-MM-DD'. */
  from: string
  /** Number of days. Default 7. */
  days?: number
  /** Time between readings in seconds; must divide a day and be whole milliseconds. Default 1. */
  intervalSeconds?: number
  /** Same seed, same readings. A whole number. Default 42. */
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

/** One data file to be: its key, its rows, and the right answers about them. */
export interface SimulatedFile<T extends Table = Table> {
  /** Object key, `pump/2026-01-01.parquet`. */
  readonly key: string
  readonly parameters: FileParameters
  /** The rows in order of time, simulated while they are taken. */
  readonly batches: Iterable<Batch<T>>
  /** The right answers, known once the batches have been taken to the end; before, it throws. */
  truth(): Truth
}

const secondsPerDay = 86_400
const batchRows = 131_072

/**
 * Simulates pumps: one file per pump and UTC day, in order of day, then of pump. What a file holds depends on its own
 * parameters alone, never on the files around it. Throws a RangeError for options that make no sense.
 */
export function* simulate<T extends SimulatedTable>(
  table: T,
  options: SimulateOptions,
): Generator<SimulatedFile<T>> {
  for (const parameters of planFiles(table, options))
    yield simulateFile(parameters) as unknown as SimulatedFile<T>
}

/** The files that `simulate` would give, as plain data that can be sent to a worker. */
export function planFiles(
  table: SimulatedTable,
  {
    from,
    days = 7,
    intervalSeconds = 1,
    seed = 42,
    pumps = 1,
    scenario = scenarios.default,
  }: SimulateOptions,
): FileParameters[] {
  const first = parseUtcDay(from)
  checkWhole('days', days, 1, 1_000_000)
  checkWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER)
  checkInterval(intervalSeconds)
  if (table.name === 'pump' && pumps !== 1) {
    throw new RangeError(
      `pumps expected 1 on table pump, which holds one pump, got ${pumps}: use table pump_daily for a fleet`,
    )
  }
  checkWhole('pumps', pumps, 1, 9999)
  if (first + days - 1 > parseUtcDay('9999-12-31'))
    throw new RangeError(`days expected to end by 9999-12-31, got ${days} from ${from}`)

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

/** One file of `planFiles`, ready to be taken. */
export function simulateFile(parameters: FileParameters): SimulatedFile {
  const table = simulatedTables[parameters.table]
  const recorder = truthRecorder(table, parameters)
  let complete = false
  function* recorded() {
    for (const batch of simulateDay(parameters)) {
      recorder.add(batch)
      yield batch
    }
    complete = true
  }
  return {
    key: fileKey(parameters),
    parameters,
    batches: recorded() as Iterable<Batch>,
    truth: () => {
      if (!complete) throw new Error(`truth of ${fileKey(parameters)} expected its batches to be taken first`)
      return recorder.truth()
    },
  }
}

/** The name of a pump in `pump_id` and in file names: pump-0001. */
function pumpId(pumpNumber: number): string {
  return `pump-${String(pumpNumber).padStart(4, '0')}`
}

function fileKey({ table, pump: pumpNumber, day }: FileParameters): string {
  return table === 'pump'
    ? dataFileKey(pump, { name: day })
    : dataFileKey(pumpDaily, { name: pumpId(pumpNumber), partition: { event_date: day } })
}

function* simulateDay(parameters: FileParameters): Generator<Batch<typeof pump> | Batch<typeof pumpDaily>> {
  const { table, pump: pumpNumber, day, intervalSeconds, seed, scenario } = parameters
  const rows = secondsPerDay / intervalSeconds
  const startSeconds = parseUtcDay(day) * secondsPerDay
  const pumpSeed = Math.floor(randomStream(seed, 'pump').uniform(pumpNumber) * 2 ** 32)
  const speedAt = pumpSpeed(pumpSeed)
  const blockages = blockagesOf(pumpSeed, parseUtcDay(day), scenario)
  const noise = {
    pressure: randomStream(pumpSeed, 'pressure sensor'),
    velocity: randomStream(pumpSeed, 'velocity sensor'),
    speed: randomStream(pumpSeed, 'speed sensor'),
  }
  const state = { pressure: 0, velocity: 0, speed: 0 }

  for (let first = 0; first < rows; first += batchRows) {
    const rowCount = Math.min(batchRows, rows - first)
    const columns = {
      event_timestamp: columnBuffer.timestamp(rowCount),
      pressure: columnBuffer.double(rowCount),
      velocity: columnBuffer.double(rowCount),
      speed: columnBuffer.double(rowCount),
    }
    for (let row = 0; row < rowCount; row++) {
      const millis = Math.round((startSeconds + (first + row) * intervalSeconds) * 1000)
      const seconds = millis / 1000
      operatingPoint(speedAt(seconds), closureAt(blockages, seconds), state)
      columns.event_timestamp[row] = BigInt(millis * 1000)
      columns.pressure[row] = reading(state.pressure + 0.15 * noise.pressure.normal(millis), 100)
      columns.velocity[row] = reading(state.velocity + 0.003 * noise.velocity.normal(millis), 1000)
      columns.speed[row] = reading(state.speed + 0.5 * noise.speed.normal(millis), 100)
    }
    yield table === 'pump'
      ? { rowCount, columns }
      : { rowCount, columns: { ...columns, pump_id: new Array<string>(rowCount).fill(pumpId(pumpNumber)) } }
  }
}

/** What a sensor of so many steps per unit shows. Never below 0, never −0. */
function reading(value: number, stepsPerUnit: number): number {
  return value > 0 ? Math.round(value * stepsPerUnit) / stepsPerUnit : 0
}

function checkWhole(subject: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new RangeError(`${subject} expected a whole number from ${least} to ${most}, got ${value}`)
  }
}

function checkInterval(intervalSeconds: number): void {
  const millis = Math.round(intervalSeconds * 1000)
  if (
    !(millis >= 1) ||
    Math.abs(millis - intervalSeconds * 1000) > 1e-9 ||
    (secondsPerDay * 1000) % millis !== 0
  ) {
    throw new RangeError(
      `interval expected whole milliseconds that divide a day, such as 1s, 500ms or 5m, got ${intervalSeconds} s`,
    )
  }
}
