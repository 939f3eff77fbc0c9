import { type Batch, columnBuffer, millisPerDay, parseUtcDay, type pump } from '@minilake/schema'
import {
  type Fault,
  faultsOf,
  isSensorFault,
  type PumpFaultName,
  type SensorFaultName,
} from './fault-plan.js'
import type { FileParameters } from './file-plan.js'
import { faultyState } from './pump-faults.js'
import { operatingPoint } from './pump-physics.js'
import { type RandomStream, randomStream } from './random.js'
import { spoilReadings } from './sensor-faults.js'
import { sensorReader } from './sensor-noise.js'
import { type SensorName, sensorNames, sensors } from './sensors.js'
import { fillShaftSpeed } from './shaft-speed.js'
import { interpolate, type TimeGrid } from './signal.js'
import { fillTimestamps } from './timestamps.js'
import { type Wear, wearOf } from './worn-impeller.js'

/** Readings of one pump, in order of time. */
export type Readings = Batch<typeof pump>

/** Rows of a batch: few enough to stay in a processor's cache from stage to stage, and a multiple of ten. */
export const batchRows = 8640

/** One pump's day: its readings, simulated while they are taken, and what goes wrong in it. */
export interface SimulatedDay {
  readonly readings: Iterable<Readings>
  /** In order of start. */
  readonly faults: readonly Fault[]
  readonly wear: Wear | undefined
  readonly random: (name: string) => RandomStream
}

/** One buffer per sensor. */
type SensorBuffers = Readonly<Record<SensorName, Float64Array>>

/** Simulates the day of a file: every reading of it, as the sensors give them; with `reuseBuffers` all in the same buffers. */
export function simulateDay(
  parameters: FileParameters,
  { reuseBuffers }: { reuseBuffers: boolean },
): SimulatedDay {
  const { pump: pumpNumber, day, intervalSeconds, seed, scenario } = parameters
  // Each signal has a stream of its own, told apart by seed, pump and name.
  const random = (name: string) => randomStream(seed, pumpNumber, name)
  const { wornImpeller } = scenario.faults
  const wear = wornImpeller && wearOf(wornImpeller, random('wornImpeller'))
  const intervalMillis = Math.round(intervalSeconds * 1000)
  const faults = faultsOf({ scenario, day: parseUtcDay(day), intervalMillis, random })
  const grid = { firstMillis: parseUtcDay(day) * millisPerDay, stepMillis: intervalMillis }
  return { readings: readingsOf({ grid, faults, wear, random, reuseBuffers }), faults, wear, random }
}

// The slow state of the pump is known every fifteen seconds of the day.
const knotMillis = 15_000

function* readingsOf({
  grid,
  faults,
  wear,
  random,
  reuseBuffers,
}: Omit<SimulatedDay, 'readings'> & { grid: TimeGrid; reuseBuffers: boolean }): Generator<Readings> {
  const knots = { firstMillis: grid.firstMillis, stepMillis: knotMillis }
  const course = healthyCourse(knots, wear, random)
  const values = sensorBuffers(batchRows)
  const stuck = new Map<Fault, number>()
  const intervalSeconds = grid.stepMillis / 1000
  const readers = sensorNames.map((name) => ({
    name,
    read: sensorReader(sensors[name], { random: random(`${name} sensor`), intervalSeconds }),
  }))

  const rows = millisPerDay / grid.stepMillis
  let buffers = readingBuffers(Math.min(batchRows, rows))
  for (let first = 0; first < rows; first += batchRows) {
    const rowCount = Math.min(batchRows, rows - first) | 0
    const times = { firstMillis: grid.firstMillis + first * grid.stepMillis, stepMillis: grid.stepMillis }
    if (first > 0 && !reuseBuffers) buffers = readingBuffers(rowCount)
    const columns = firstRows(buffers, rowCount)
    fillTimestamps(columns.event_timestamp, times)
    for (const name of sensorNames)
      interpolate(values[name].subarray(0, rowCount), times, course[name], knots)
    const present = faultsWithin(faults, times, rowCount)
    for (const { fault, from, to } of present) {
      if (!isSensorFault(fault.fault))
        hinderPump(values, fault as Fault<PumpFaultName>, {
          from,
          to,
          times,
          wear,
          random: random(fault.fault),
        })
    }
    const firstSample = times.firstMillis / grid.stepMillis
    for (const { name, read } of readers) read(values[name].subarray(0, rowCount), firstSample, columns[name])
    for (const { fault, from, to } of present) {
      if (fault.column !== undefined)
        spoilReadings(
          columns[fault.column].subarray(from, to),
          fault as Fault<SensorFaultName>,
          sensors[fault.column],
          stuck,
        )
    }
    yield { rowCount, columns }
  }
}

function readingBuffers(rowCount: number): Readings['columns'] {
  return { event_timestamp: columnBuffer.timestamp(rowCount), ...sensorBuffers(rowCount) }
}

function firstRows(buffers: Readings['columns'], rowCount: number): Readings['columns'] {
  if (buffers.event_timestamp.length === rowCount) return buffers
  return {
    event_timestamp: buffers.event_timestamp.subarray(0, rowCount),
    pressure: buffers.pressure.subarray(0, rowCount),
    velocity: buffers.velocity.subarray(0, rowCount),
    speed: buffers.speed.subarray(0, rowCount),
  }
}

function sensorBuffers(rowCount: number): Record<SensorName, Float64Array> {
  return {
    pressure: columnBuffer.double(rowCount),
    velocity: columnBuffer.double(rowCount),
    speed: columnBuffer.double(rowCount),
  }
}

// One knot more than the day has, since straight lines need an end.
function healthyCourse(
  knots: TimeGrid,
  wear: Wear | undefined,
  random: (name: string) => RandomStream,
): SensorBuffers {
  const course = sensorBuffers(millisPerDay / knots.stepMillis + 1)
  fillShaftSpeed(course.speed, knots, random)
  for (let knot = 0; knot < course.speed.length; knot++) {
    const headLoss = wear?.headLossAt(knots.firstMillis + knot * knots.stepMillis) ?? 0
    const { pressure, velocity } = operatingPoint(course.speed[knot] as number, { headLoss })
    course.pressure[knot] = pressure
    course.velocity[knot] = velocity
  }
  return course
}

/** The faults that some rows fall into, with those rows. */
function faultsWithin(
  faults: readonly Fault[],
  { firstMillis, stepMillis }: TimeGrid,
  rowCount: number,
): { fault: Fault; from: number; to: number }[] {
  const rowAt = (millis: number) =>
    Math.min(Math.max(Math.ceil((millis - firstMillis) / stepMillis), 0), rowCount)
  return faults
    .map((fault) => ({ fault, from: rowAt(fault.startMillis), to: rowAt(fault.endMillis) }))
    .filter(({ from, to }) => from < to)
}

function hinderPump(
  values: SensorBuffers,
  fault: Fault<PumpFaultName>,
  {
    from,
    to,
    times,
    wear,
    random,
  }: { from: number; to: number; times: TimeGrid; wear: Wear | undefined; random: RandomStream },
): void {
  for (let row = from; row < to; row++) {
    const epochMillis = times.firstMillis + row * times.stepMillis
    const moment = {
      epochMillis,
      speed: values.speed[row] as number,
      headLoss: wear?.headLossAt(epochMillis) ?? 0,
    }
    const state = faultyState(fault, moment, random)
    values.pressure[row] = state.pressure
    values.velocity[row] = state.velocity
    values.speed[row] = state.speed
  }
}
