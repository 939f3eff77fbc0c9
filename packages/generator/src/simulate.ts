import {
  type Batch,
  dataFileKey,
  millisPerDay,
  parseUtcDay,
  pump,
  pumpDaily,
  type Table,
} from '@minilake/schema'
import { checkKeys, shown } from './check-keys.js'
import { deliveryLine } from './delivery-line.js'
import {
  checkParameters,
  type FileParameters,
  optionNames,
  planFiles,
  simulatedTables,
  type SimulatedTable,
  type SimulateOptions,
} from './plan-files.js'
import { acquireWorkbench, releaseWorkbench } from './kernels/workbench.js'
import { type Readings, type SimulatedDay, simulateDay } from './simulate-day.js'
import { isoOfMillis } from './timestamps.js'
import { type FaultTruth, type Truth, truthRecorder } from './truth/truth-recorder.js'

/** One data file to be: its key, its rows, and the right answers about them. */
export interface SimulatedFile<T extends Table = Table> {
  /** Object key, `pump/2026-01-01.parquet`. */
  readonly key: string
  readonly parameters: FileParameters
  /** The rows as they are delivered: in order of time but for faults of delivery. Simulated while they are taken. */
  readonly batches: Iterable<Batch<T>>
  /** The right answers, known once the batches have been taken to the end; before, or without the option `truth`, it throws. */
  truth(): Truth
}

/** How the batches of a file are made. */
export interface BatchOptions {
  /**
   * Lets the batches of a file share their buffers, which is faster: each is then good until the next is taken, as
   * `encodeParquet` takes them, and not to be kept. Where a scenario has faults of delivery, each has buffers of its own all the
   * same. Default false: a batch belongs to whoever takes it.
   */
  reuseBuffers?: boolean
  /** Whether the right answers about the file are gathered on the way; else `truth()` throws. Default true. */
  truth?: boolean
}

const batchOptionNames = ['reuseBuffers', 'truth'] as const

/**
 * Simulates pumps: one file per pump and UTC day, in order of day, then of pump. What a file holds depends on its own
 * parameters alone, never on the files around it. Throws a RangeError or TypeError for options that make no sense.
 */
export function* simulate<T extends SimulatedTable>(
  table: T,
  options: SimulateOptions & BatchOptions,
): Generator<SimulatedFile<T>> {
  checkKeys('simulation', options, [...optionNames, ...batchOptionNames], ['from'])
  const { reuseBuffers = false, truth = true, ...planned } = options
  for (const parameters of planFiles(table, planned))
    yield simulateFile(parameters, { reuseBuffers, truth }) as unknown as SimulatedFile<T>
}

/** One file of `planFiles`, ready to be taken. Throws a RangeError or TypeError for parameters that make no sense. */
export function simulateFile(parameters: FileParameters, options: BatchOptions = {}): SimulatedFile {
  checkParameters(parameters)
  checkKeys('batch options', options, batchOptionNames, [])
  const { reuseBuffers = false, truth = true } = options
  for (const [name, value] of Object.entries({ reuseBuffers, truth }))
    if (typeof value !== 'boolean') throw new TypeError(`${name} expected true or false, got ${shown(value)}`)
  const key = fileKey(parameters)
  let known: Truth | undefined
  let tell: (() => Truth) | undefined
  function* delivered() {
    const workbench = acquireWorkbench()
    const day = simulateDay(parameters, workbench)
    const table = simulatedTables[parameters.table]
    const recorder = truth ? truthRecorder(table, parameters, workbench) : undefined
    const line = deliveryOf(parameters, day)
    for (const readings of day.readings) {
      const { kept, batch } = line?.deliver(readings) ?? {
        kept: [{ from: 0, to: readings.rowCount }],
        batch: readings,
      }
      for (const rows of kept) recorder?.assess(readings, rows)
      recorder?.add(batch, { inOrder: line === undefined })
      if (batch.rowCount === 0) continue
      const own = reuseBuffers || line ? batch : copyOf(batch)
      yield parameters.table === 'pump' ? own : named(own, parameters.pump)
    }
    if (recorder)
      tell = () =>
        recorder.truth({
          faults: faultTruths(parameters, day),
          delivery: line?.counts() ?? { missing: 0, duplicates: 0 },
        })
    // Not where the taker stops early or something fails: the latest batch may still be in use.
    releaseWorkbench(workbench)
  }
  return {
    key,
    parameters,
    batches: delivered() as Iterable<Batch>,
    truth: () => {
      if (!truth) throw new Error(`truth of ${key} expected the option truth to be true`)
      if (tell === undefined) throw new Error(`truth of ${key} expected its batches to be taken first`)
      return (known ??= tell())
    },
  }
}

function deliveryOf({ day, intervalSeconds, scenario }: FileParameters, { random }: SimulatedDay) {
  if (!Object.values(scenario.delivery).some((rate) => rate > 0)) return undefined
  return deliveryLine(scenario.delivery, {
    random: random('delivery'),
    day: parseUtcDay(day),
    intervalMillis: Math.round(intervalSeconds * 1000),
  })
}

function copyOf({ rowCount, columns: { event_timestamp, pressure, velocity, speed } }: Readings): Readings {
  return {
    rowCount,
    columns: {
      event_timestamp: event_timestamp.slice(),
      pressure: pressure.slice(),
      velocity: velocity.slice(),
      speed: speed.slice(),
    },
  }
}

function named({ rowCount, columns }: Readings, pumpNumber: number): Batch<typeof pumpDaily> {
  return { rowCount, columns: { ...columns, pump_id: new Array<string>(rowCount).fill(pumpId(pumpNumber)) } }
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

// Wear is labelled from impeller to impeller, cut at midnight as all that a file says.
function faultTruths({ day }: FileParameters, { faults, wear }: SimulatedDay): FaultTruth[] {
  const truths: FaultTruth[] = []
  const dayEnd = (parseUtcDay(day) + 1) * millisPerDay
  for (let start = dayEnd - millisPerDay; wear !== undefined && start < dayEnd;) {
    const end = Math.min(wear.replacedAfter(start), dayEnd)
    truths.push({ fault: 'wornImpeller', start: isoOfMillis(start), end: isoOfMillis(end) })
    start = end
  }
  for (const { fault, startMillis, endMillis, column } of faults) {
    const truth = { fault, start: isoOfMillis(startMillis), end: isoOfMillis(endMillis) }
    truths.push(column === undefined ? truth : { ...truth, column })
  }
  return truths.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
}
