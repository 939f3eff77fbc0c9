import {
  type Batch,
  columnBuffer,
  dataFileKey,
  parseUtcDay,
  pump,
  pumpDaily,
  type Table,
} from '@minilake/schema'
import { blockagesOf, closureAt } from './blocked-discharge.js'
import {
  type FileParameters,
  planFiles,
  simulatedTables,
  type SimulatedTable,
  type SimulateOptions,
} from './file-plan.js'
import { operatingPoint, pumpSpeed } from './pump-physics.js'
import { randomStream } from './random.js'
import { type Truth, truthRecorder } from './truth.js'

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
  const rows = Math.round(secondsPerDay / intervalSeconds)
  const startSeconds = parseUtcDay(day) * secondsPerDay
  // Each signal has a stream of its own, told apart by seed, pump and name.
  const random = (name: string) => randomStream(seed, pumpNumber, name)
  const speedAt = pumpSpeed(random)
  const blockages = blockagesOf(random('blockage'), parseUtcDay(day), scenario)
  const noise = {
    pressure: random('pressure sensor'),
    velocity: random('velocity sensor'),
    speed: random('speed sensor'),
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
      columns.event_timestamp[row] = BigInt(millis) * 1000n
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
