import { millisPerDay, parseUtcDay } from '@minilake/schema'
import type { Fault, PumpFault } from './faults/fault.js'
import { planFaults } from './faults/plan-faults.js'
import { faultyState } from './faults/pump-faults.js'
import { applySensorFault, type StuckValues } from './faults/sensor-faults.js'
import { type Wear, wearOf } from './faults/worn-impeller.js'
import type { Workbench } from './kernels/workbench.js'
import { prepareSensors } from './physics/sensor-noise.js'
import { fillRelativeSpeed } from './physics/shaft-speed.js'
import type { TimeGrid } from './physics/wander.js'
import type { FileParameters } from './plan-files.js'
import { type RandomStream, randomStream } from './random.js'
import { firstReadings, type Readings, type Rows } from './readings.js'
import { sensors } from './sensors.js'

/** One day of one pump. */
export interface SimulatedDay {
  /** Every reading, in order of time. Simulated as the batches are pulled. */
  readonly readings: Iterable<Readings>
  /** The temporary faults, in order of start. */
  readonly faults: readonly Fault[]
  /** Undefined when the scenario has no wear. */
  readonly wear: Wear | undefined
  /** A random stream of the pump, chosen by name. */
  readonly random: (name: string) => RandomStream
}

/**
 * Simulates the day of a file as the sensors see it, before delivery. The batches lie in the workbench: finish with each before pulling
 * the next.
 */
export function simulateDay(parameters: FileParameters, workbench: Workbench): SimulatedDay {
  const { pump: pumpNumber, day, intervalSeconds, seed, scenario } = parameters
  const random = (name: string) => randomStream(seed, pumpNumber, name)
  const { wornImpeller } = scenario.faults
  const wear = wornImpeller && wearOf(wornImpeller, random('wornImpeller'))
  const intervalMillis = Math.round(intervalSeconds * 1000)
  const faults = planFaults({ scenario, day: parseUtcDay(day), intervalMillis, random })
  const grid = { firstMillis: parseUtcDay(day) * millisPerDay, stepMillis: intervalMillis }
  return { readings: readingsOf(workbench, { grid, faults, wear, random }), faults, wear, random }
}

// Spacing of the knots at which the slowly changing state of the pump is computed.
const knotMillis = 15_000

function* readingsOf(
  workbench: Workbench,
  { grid, faults, wear, random }: Omit<SimulatedDay, 'readings'> & { grid: TimeGrid },
): Generator<Readings> {
  const { kernels } = workbench
  fillCourse(workbench, { firstMillis: grid.firstMillis, stepMillis: knotMillis }, wear, random)
  prepareSensors(workbench, sensors, {
    random: {
      pressure: random('pressure sensor'),
      velocity: random('velocity sensor'),
      speed: random('speed sensor'),
    },
    intervalSeconds: grid.stepMillis / 1000,
    firstSample: grid.firstMillis / grid.stepMillis,
  })

  const stuckValues: StuckValues = new Map()
  const { stepMillis } = grid
  const rows = millisPerDay / stepMillis
  const batchRows = kernels.batchRows.value
  for (let first = 0; first < rows; first += batchRows) {
    const rowCount = Math.min(batchRows, rows - first)
    const times = { firstMillis: grid.firstMillis + first * stepMillis, stepMillis }
    kernels.fillTimestamps(BigInt(times.firstMillis) * 1000n, BigInt(stepMillis) * 1000n, rowCount)
    const sinceMidnight = first * stepMillis
    const present = faultsWithin(faults, times, rowCount)
    let nextRow = 0
    const readHealthyUntil = (row: number) => {
      const since = sinceMidnight + nextRow * stepMillis
      const sample = times.firstMillis / stepMillis + nextRow
      kernels.readCourse(row - nextRow, since, stepMillis, knotMillis, sample, nextRow)
      nextRow = row
    }
    for (const { fault, from, to } of present) {
      if (fault.column !== undefined) continue
      readHealthyUntil(from)
      readFaulty(workbench, fault, { from, to, times, sinceMidnight, wear, random: random(fault.fault) })
      nextRow = to
    }
    readHealthyUntil(rowCount)
    const { timestamps, readings } = workbench
    for (const { fault, from, to } of present) {
      if (fault.column === undefined) continue
      applySensorFault(readings[fault.column].subarray(from, to), fault, sensors[fault.column], stuckValues)
    }
    yield firstReadings({ event_timestamp: timestamps, ...readings }, rowCount)
  }
}

/** Computes the slowly changing state of the pump at the knots of its day. */
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

/** The faults that affect at least one row, each with the rows that it affects. */
function faultsWithin(
  faults: readonly Fault[],
  { firstMillis, stepMillis }: TimeGrid,
  rowCount: number,
): (Rows & { fault: Fault })[] {
  const rowAt = (millis: number) =>
    Math.min(Math.max(Math.ceil((millis - firstMillis) / stepMillis), 0), rowCount)
  return faults
    .map((fault) => ({ fault, from: rowAt(fault.startMillis), to: rowAt(fault.endMillis) }))
    .filter(({ from, to }) => from < to)
}

/** Reads the sensors for the rows of a batch in which the pump has a fault. */
function readFaulty(
  { kernels, states }: Workbench,
  fault: PumpFault,
  {
    from,
    to,
    times: { firstMillis, stepMillis },
    sinceMidnight,
    wear,
    random,
  }: Rows & {
    times: TimeGrid
    sinceMidnight: number
    wear: Wear | undefined
    random: RandomStream
  },
): void {
  for (let start = from; start < to; start += kernels.stateRows.value) {
    const rowCount = Math.min(kernels.stateRows.value, to - start)
    kernels.interpolate(rowCount, sinceMidnight + start * stepMillis, stepMillis, knotMillis)
    states.speed.subarray(0, rowCount).forEach((speed, row) => {
      const epochMillis = firstMillis + (start + row) * stepMillis
      const headLoss = wear?.headLossAt(epochMillis) ?? 0
      const state = faultyState(fault, { epochMillis, speed, headLoss }, random)
      states.pressure[row] = state.pressure
      states.velocity[row] = state.velocity
      states.speed[row] = state.speed
    })
    kernels.readSensors(rowCount, firstMillis / stepMillis + start, start)
  }
}
