import { type Batch, millisPerDay, parseUtcDay, type pump } from '@minilake/schema'
import {
  type Fault,
  faultsOf,
  isSensorFault,
  type PumpFaultName,
  type SensorFaultName,
} from './faults/plan-faults.js'
import type { FileParameters } from './plan-files.js'
import type { Workbench } from './kernels/workbench.js'
import { faultyState } from './faults/pump-faults.js'
import { type RandomStream, randomStream } from './random.js'
import { spoilReadings } from './faults/sensor-faults.js'
import { prepareSensors } from './physics/sensor-noise.js'
import { sensors } from './sensors.js'
import { fillRelativeSpeed } from './physics/shaft-speed.js'
import type { TimeGrid } from './physics/wander.js'
import { type Wear, wearOf } from './faults/worn-impeller.js'

/** Readings of one pump, in order of time. */
export type Readings = Batch<typeof pump>

/** One pump's day: its readings, simulated while they are taken, and what goes wrong in it. */
export interface SimulatedDay {
  readonly readings: Iterable<Readings>
  /** In order of start. */
  readonly faults: readonly Fault[]
  readonly wear: Wear | undefined
  readonly random: (name: string) => RandomStream
}

/**
 * Simulates the day of a file: every reading of it, as the sensors give them. The batches lie at the workbench: each is good
 * until the next is taken.
 */
export function simulateDay(parameters: FileParameters, workbench: Workbench): SimulatedDay {
  const { pump: pumpNumber, day, intervalSeconds, seed, scenario } = parameters
  // Each signal has a stream of its own, told apart by seed, pump and name.
  const random = (name: string) => randomStream(seed, pumpNumber, name)
  const { wornImpeller } = scenario.faults
  const wear = wornImpeller && wearOf(wornImpeller, random('wornImpeller'))
  const intervalMillis = Math.round(intervalSeconds * 1000)
  const faults = faultsOf({ scenario, day: parseUtcDay(day), intervalMillis, random })
  const grid = { firstMillis: parseUtcDay(day) * millisPerDay, stepMillis: intervalMillis }
  return { readings: readingsOf(workbench, { grid, faults, wear, random }), faults, wear, random }
}

// The slow state of the pump is known every fifteen seconds of the day.
const knotMillis = 15_000

function* readingsOf(
  workbench: Workbench,
  { grid, faults, wear, random }: Omit<SimulatedDay, 'readings'> & { grid: TimeGrid },
): Generator<Readings> {
  const { kernels } = workbench
  fillCourse(workbench, { firstMillis: grid.firstMillis, stepMillis: knotMillis }, wear, random)
  const stuck = new Map<Fault, number>()
  prepareSensors(workbench, sensors, {
    random: {
      pressure: random('pressure sensor'),
      velocity: random('velocity sensor'),
      speed: random('speed sensor'),
    },
    intervalSeconds: grid.stepMillis / 1000,
    firstSample: grid.firstMillis / grid.stepMillis,
  })

  const { stepMillis } = grid
  const rows = millisPerDay / stepMillis
  const batchRows = kernels.batchRows.value
  for (let first = 0; first < rows; first += batchRows) {
    const rowCount = Math.min(batchRows, rows - first)
    const times = { firstMillis: grid.firstMillis + first * stepMillis, stepMillis }
    kernels.fillTimestamps(BigInt(times.firstMillis) * 1000n, BigInt(stepMillis) * 1000n, rowCount)
    const sinceMidnight = first * stepMillis
    const present = faultsWithin(faults, times, rowCount)
    let read = 0
    const readUntil = (row: number) => {
      const since = sinceMidnight + read * stepMillis
      const sample = times.firstMillis / stepMillis + read
      kernels.readCourse(row - read, since, stepMillis, knotMillis, sample, read)
      read = row
    }
    for (const { fault, from, to } of present) {
      if (isSensorFault(fault.fault)) continue
      readUntil(from)
      readHindered(workbench, fault as Fault<PumpFaultName>, {
        from,
        to,
        times,
        sinceMidnight,
        wear,
        random: random(fault.fault),
      })
      read = to
    }
    readUntil(rowCount)
    const { timestamps, readings } = workbench
    for (const { fault, from, to } of present) {
      if (fault.column !== undefined)
        spoilReadings(
          readings[fault.column].subarray(from, to),
          fault as Fault<SensorFaultName>,
          sensors[fault.column],
          stuck,
        )
    }
    yield firstRows({ event_timestamp: timestamps, ...readings }, rowCount)
  }
}

function firstRows(columns: Readings['columns'], rowCount: number): Readings {
  const { event_timestamp, pressure, velocity, speed } = columns
  return {
    rowCount,
    columns: {
      event_timestamp: event_timestamp.subarray(0, rowCount),
      pressure: pressure.subarray(0, rowCount),
      velocity: velocity.subarray(0, rowCount),
      speed: speed.subarray(0, rowCount),
    },
  }
}

/** The slow state of the pump at the knots of its day. */
function fillCourse(
  workbench: Workbench,
  knots: TimeGrid,
  wear: Wear | undefined,
  random: (name: string) => RandomStream,
): void {
  fillRelativeSpeed(workbench, knots, random)
  const { headLosses, kernels } = workbench
  if (wear === undefined) headLosses.fill(0)
  else
    for (let knot = 0; knot < headLosses.length; knot++)
      headLosses[knot] = wear.headLossAt(knots.firstMillis + knot * knots.stepMillis)
  kernels.fillOperatingPoints()
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

/** Reads the rows of a batch in which a fault hinders the pump. */
function readHindered(
  { kernels, states }: Workbench,
  fault: Fault<PumpFaultName>,
  {
    from,
    to,
    times: { firstMillis, stepMillis },
    sinceMidnight,
    wear,
    random,
  }: {
    from: number
    to: number
    times: TimeGrid
    sinceMidnight: number
    wear: Wear | undefined
    random: RandomStream
  },
): void {
  for (let start = from; start < to; start += kernels.stateRows.value) {
    const rowCount = Math.min(kernels.stateRows.value, to - start)
    kernels.interpolate(rowCount, sinceMidnight + start * stepMillis, stepMillis, knotMillis)
    for (let row = 0; row < rowCount; row++) {
      const epochMillis = firstMillis + (start + row) * stepMillis
      const moment = {
        epochMillis,
        speed: states.speed[row] as number,
        headLoss: wear?.headLossAt(epochMillis) ?? 0,
      }
      const state = faultyState(fault, moment, random)
      states.pressure[row] = state.pressure
      states.velocity[row] = state.velocity
      states.speed[row] = state.speed
    }
    kernels.readSensors(rowCount, firstMillis / stepMillis + start, start)
  }
}
