import { endianness } from 'node:os'
import { instantiate } from '../kernels-wasm.js'
import type { SensorName } from '../sensors.js'
import type { Kernels } from './kernels.js'

/** One array of doubles per sensor. */
export type SensorBuffers = Readonly<Record<SensorName, Float64Array<ArrayBuffer>>>

/** An instance of the kernels and typed arrays over its memory. It serves one file at a time. */
export class Workbench {
  // The compiled module is untyped; `Kernels` declares what assembly/index.ts exports.
  readonly kernels = instantiate() as Kernels
  /** The slowly changing state of the pump, at the knots of the day. */
  readonly course = this.#columns(this.kernels.course.value, this.kernels.knots.value)
  /** The share of the head lost to wear, at the knots of the day. */
  readonly headLosses = this.#doubles(this.kernels.headLosses.value, this.kernels.knots.value)
  /** The true state of the pump at some moments, without noise. */
  readonly states = this.#columns(this.kernels.states.value, this.kernels.stateRows.value)
  /** The sensors' readings of a batch. */
  readonly readings = this.#columns(this.kernels.readings.value, this.kernels.batchRows.value)
  /** The timestamps of a batch, in epoch microseconds. */
  readonly timestamps = new BigInt64Array(
    this.kernels.memory.buffer,
    this.kernels.timestamps.value,
    this.kernels.batchRows.value,
  )
  readonly #scratch = this.#doubles(this.kernels.scratch.value, this.kernels.batchRows.value)

  /**
   * The address of some values in the kernels' memory. Values outside it are copied to a scratch area first: at most `batchRows`
   * of them, and valid until the next call.
   */
  addressOf(values: Float64Array | BigInt64Array): number {
    if (values.buffer === this.kernels.memory.buffer) return values.byteOffset
    this.#scratch.set(new Float64Array(values.buffer, values.byteOffset, values.length))
    return this.#scratch.byteOffset
  }

  #columns(address: number, rows: number): SensorBuffers {
    const column = (index: number) => this.#doubles(address + 8 * rows * index, rows)
    return { pressure: column(0), velocity: column(1), speed: column(2) }
  }

  #doubles(address: number, count: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.kernels.memory.buffer, address, count)
  }
}

const idle: Workbench[] = []
const maxIdle = 4

/** Takes an idle workbench, or makes one. Throws an Error on a big-endian machine. */
export function acquireWorkbench(): Workbench {
  // The memory of WebAssembly is little-endian; typed arrays have the byte order of the machine.
  if (endianness() !== 'LE')
    throw new Error('a simulation expected a little-endian machine, got a big-endian one')
  return idle.pop() ?? new Workbench()
}

/** Returns a workbench for reuse by another file. The caller must no longer use any of its arrays. */
export function releaseWorkbench(workbench: Workbench): void {
  if (idle.length < maxIdle) idle.push(workbench)
}
