import { endianness } from 'node:os'
import { instantiate } from '../kernels-wasm.js'
import { type SensorName, sensorNames } from '../sensors.js'

/** A number that the kernels tell; an address in their memory where its type says so. */
interface Told {
  readonly value: number
}

/** The inner loops of the simulation, compiled from ../assembly, where each is described. All work in a memory of their own. */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly batchRows: Told
  readonly stateRows: Told
  readonly knots: Told
  /** Addresses of doubles: the columns of the sensors one after another, */
  readonly course: Told
  readonly states: Told
  readonly readings: Told
  /** and one value for each sensor. */
  readonly lags: Told
  readonly scales: Told
  readonly stepsPerUnit: Told
  readonly noise: Told
  /** Address of 32-bit numbers, one for each sensor. */
  readonly streamKeys: Told
  /** Address of 64-bit numbers. */
  readonly timestamps: Told
  /** Addresses of doubles. */
  readonly headLosses: Told
  readonly scratch: Told

  fillTimestamps(first: bigint, step: bigint, count: number): void
  /** Those of random.ts: the kernels use them themselves, tests compare them. */
  bits(key: number, index: bigint): number
  normal(key: number, index: bigint): number
  addWander(
    firstMillis: number,
    stepMillis: number,
    key: number,
    knotsPerMilli: number,
    deviation: number,
  ): void
  fillOperatingPoints(): void
  interpolate(count: number, sinceMillis: number, step: number, knotStep: number): void
  readSensors(count: number, firstSample: number, row: number): void
  passSamples(sensor: number, count: number, firstSample: number): void
  readCourse(
    count: number,
    sinceMillis: number,
    step: number,
    knotStep: number,
    firstSample: number,
    row: number,
  ): void

  addValues(from: number, count: number, sum: number, lost: number, limit: number): void
  readonly sum: Told
  readonly lost: Told
  readonly least: Told
  readonly greatest: Told
  readonly nanCount: Told
  readonly countAbove: Told
  firstAbove(from: number, count: number, limit: number): number
  microsSince(times: number, row: number, origin: bigint): number
  firstFrom(times: number, from: number, to: number, origin: bigint, micros: number): number
}

/** One array of doubles per sensor. */
export type SensorBuffers = Readonly<Record<SensorName, Float64Array<ArrayBuffer>>>

/** A desk in the kernels' memory, for one file at a time. */
export class Workbench {
  readonly kernels = instantiate() as Kernels
  /** The slow state of the pump at the knots of the day. */
  readonly course = this.#columns(this.kernels.course.value, this.kernels.knots.value)
  /** The share of its head that the pump does not give then. */
  readonly headLosses = this.#doubles(this.kernels.headLosses.value, this.kernels.knots.value)
  /** Its true state at some moments. */
  readonly states = this.#columns(this.kernels.states.value, this.kernels.stateRows.value)
  /** What its sensors show at the moments of a batch. */
  readonly readings = this.#columns(this.kernels.readings.value, this.kernels.batchRows.value)
  /** The moments of a batch, in epoch microseconds. */
  readonly timestamps = new BigInt64Array(
    this.kernels.memory.buffer,
    this.kernels.timestamps.value,
    this.kernels.batchRows.value,
  )
  readonly #scratch = this.#doubles(this.kernels.scratch.value, this.kernels.batchRows.value)

  /** Where values lie in the kernels' memory: those of a batch at most, copied there if they lie elsewhere. */
  addressOf(values: Float64Array | BigInt64Array): number {
    if (values.buffer === this.kernels.memory.buffer) return values.byteOffset
    this.#scratch.set(new Float64Array(values.buffer, values.byteOffset, values.length))
    return this.#scratch.byteOffset
  }

  #columns(address: number, rows: number): SensorBuffers {
    return Object.fromEntries(
      sensorNames.map((name, sensor) => [name, this.#doubles(address + 8 * rows * sensor, rows)]),
    ) as unknown as SensorBuffers
  }

  #doubles(address: number, count: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.kernels.memory.buffer, address, count)
  }
}

const free: Workbench[] = []

/** Of free ones so many are kept. */
const mostFree = 4

/** A workbench that no file uses now. */
export function takeWorkbench(): Workbench {
  // WebAssembly's memory is little-endian, typed arrays are as the machine is.
  if (endianness() !== 'LE')
    throw new Error('a simulation expected a little-endian machine, got a big-endian one')
  return free.pop() ?? new Workbench()
}

/** Leaves a workbench, of which nothing is in use any more, to the next file. */
export function leaveWorkbench(workbench: Workbench): void {
  if (free.length < mostFree) free.push(workbench)
}
