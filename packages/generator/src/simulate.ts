import { type Batch, parseUtcDay, type pumpDaily, type Table } from '@minilake/schema'
import { checkKeys, shown } from './check-keys.js'
import { type DeliveryLine, deliveryLine } from './delivery-line.js'
import { fileKey, pumpId } from './file-key.js'
import { acquireWorkbench, releaseWorkbench } from './kernels/workbench.js'
import {
  checkParameters,
  type FileParameters,
  optionNames,
  planFiles,
  simulatedTables,
  type SimulatedTable,
  type SimulateOptions,
} from './plan-files.js'
import { copyReadings, type Readings } from './readings.js'
import { type SimulatedDay, simulateDay } from './simulate-day.js'
import { faultTruths } from './truth/fault-truths.js'
import type { Truth } from './truth/truth.js'
import { truthRecorder } from './truth/truth-recorder.js'

/** One simulated data file: its key, its rows and the right answers about them. */
export interface SimulatedFile<T extends Table = Table> {
  /** The object key, such as `pump/2026-01-01.parquet`. */
  readonly key: string
  readonly parameters: FileParameters
  /**
   * The rows in order of arrival, which is the order of event time unless the scenario has delivery faults. Simulated as the batches are
   * pulled, once.
   */
  readonly batches: Iterable<Batch<T>>
  /** The right answers. Throws an Error until all batches have been read, and always if the option `truth` is false. */
  truth(): Truth
}

/** Options of how the batches of a file are made. */
export interface BatchOptions {
  /**
   * Lets the batches of a file share their buffers, which is faster. Finish with each batch before pulling the next, as `encodeParquet`
   * does. If the scenario has delivery faults, each batch still has buffers of its own. Default false: the consumer owns each batch.
   */
  reuseBuffers?: boolean
  /** Whether to record the right answers for `truth()`. Default true. */
  truth?: boolean
}

const batchOptionNames = ['reuseBuffers', 'truth'] as const

/**
 * Simulates pumps: one file per pump and UTC day, ordered by day, then by pump. The contents of a file depend on its own parameters only,
 * never on the files around it. Throws a RangeError or a TypeError if an option is invalid.
 *
 * @example
 * ```ts
 * import { scenarios, simulate } from '@minilake/generator'
 * import { pump } from '@minilake/schema'
 *
 * for (const file of simulate(pump, { from: '2026-01-01', days: 2, scenario: scenarios.busy })) {
 *   for (const { rowCount, columns } of file.batches) console.log(file.key, rowCount, columns.pressure[0])
 *   console.log(file.truth().alarms.pressure?.episodes)
 * }
 * ```
 */
export function* simulate<T extends SimulatedTable>(
  table: T,
  options: SimulateOptions & BatchOptions,
): Generator<SimulatedFile<T>> {
  checkKeys('simulation', options, [...optionNames, ...batchOptionNames], ['from'])
  const { reuseBuffers = false, truth = true, ...planned } = options
  for (const parameters of planFiles(table, planned)) {
    // The parameters name the table, so the batches are those of T.
    yield simulateFile(parameters, { reuseBuffers, truth }) as SimulatedFile<T>
  }
}

/** Simulates one file that `planFiles` planned. Throws a RangeError or a TypeError if a parameter or an option is invalid. */
export function simulateFile(parameters: FileParameters, options: BatchOptions = {}): SimulatedFile {
  checkParameters(parameters)
  checkKeys('batch options', options, batchOptionNames, [])
  const { reuseBuffers = false, truth: isRecorded = true } = options
  for (const [name, value] of Object.entries({ reuseBuffers, truth: isRecorded }))
    if (typeof value !== 'boolean') throw new TypeError(`${name} expected true or false, got ${shown(value)}`)
  const key = fileKey(parameters)
  let truth: Truth | undefined

  function* deliveredBatches(): Generator<Batch> {
    const workbench = acquireWorkbench()
    const day = simulateDay(parameters, workbench)
    const table = simulatedTables[parameters.table]
    const recorder = isRecorded ? truthRecorder(table, parameters, workbench) : undefined
    const line = lineOf(parameters, day)
    for (const readings of day.readings) {
      const { kept, batch } = line?.deliver(readings) ?? {
        kept: [{ from: 0, to: readings.rowCount }],
        batch: readings,
      }
      for (const rows of kept) recorder?.assess(readings, rows)
      recorder?.add(batch, { inOrder: line === undefined })
      if (batch.rowCount === 0) continue
      const own = reuseBuffers || line ? batch : copyReadings(batch)
      yield parameters.table === 'pump' ? own : withPumpId(own, parameters.pump)
    }
    truth = recorder?.truth({
      faults: faultTruths(parameters.day, day),
      delivery: line?.counts() ?? { missing: 0, duplicates: 0 },
    })
    // Not in a `finally`: a consumer that stops early or fails may still use its latest batch.
    releaseWorkbench(workbench)
  }

  return {
    key,
    parameters,
    batches: deliveredBatches(),
    truth: () => {
      if (!isRecorded) throw new Error(`truth of ${key} expected the option truth to be true`)
      if (truth === undefined) throw new Error(`truth of ${key} expected all its batches to be read first`)
      return truth
    },
  }
}

/** The delivery line of a day; undefined if the scenario has no delivery faults. */
function lineOf(
  { day, intervalSeconds, scenario }: FileParameters,
  { random }: SimulatedDay,
): DeliveryLine | undefined {
  if (!Object.values(scenario.delivery).some((rate) => rate > 0)) return undefined
  return deliveryLine(scenario.delivery, {
    random: random('delivery'),
    day: parseUtcDay(day),
    intervalMillis: Math.round(intervalSeconds * 1000),
  })
}

function withPumpId({ rowCount, columns }: Readings, pumpNumber: number): Batch<typeof pumpDaily> {
  return { rowCount, columns: { ...columns, pump_id: new Array<string>(rowCount).fill(pumpId(pumpNumber)) } }
}
