/** A global that the WebAssembly module exports: a number or an address in its memory. */
interface WasmGlobal {
  readonly value: number
}

/**
 * The inner loops of the simulation, compiled from `assembly/`, where each function is documented. Every instance works in a memory
 * of its own.
 */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer }

  // Sizes, in rows.
  readonly batchRows: WasmGlobal
  readonly stateRows: WasmGlobal
  readonly knots: WasmGlobal

  // Addresses of doubles: one column per sensor, one column after another.
  readonly course: WasmGlobal
  readonly states: WasmGlobal
  readonly readings: WasmGlobal
  // Addresses of doubles: one value per sensor.
  readonly lags: WasmGlobal
  readonly scales: WasmGlobal
  readonly stepsPerUnit: WasmGlobal
  readonly noise: WasmGlobal
  // Address of 32-bit integers: one per sensor.
  readonly streamKeys: WasmGlobal
  // Address of 64-bit integers: one per row of a batch.
  readonly timestamps: WasmGlobal
  // Addresses of doubles: one per knot, one per row of a batch.
  readonly headLosses: WasmGlobal
  readonly scratch: WasmGlobal

  // Random numbers, the same as those of random.ts. Other kernels use them; exported for the tests that compare the two.
  bits(key: number, index: bigint): number
  normal(key: number, index: bigint): number

  // The simulation.
  fillTimestamps(first: bigint, step: bigint, count: number): void
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

  // The truth. `addValues` leaves its results in the globals that follow it.
  addValues(from: number, count: number, sum: number, lost: number, limit: number): void
  readonly sum: WasmGlobal
  readonly lost: WasmGlobal
  readonly least: WasmGlobal
  readonly greatest: WasmGlobal
  readonly nanCount: WasmGlobal
  readonly countAbove: WasmGlobal
  firstAbove(from: number, count: number, limit: number): number
  microsSince(times: number, row: number, origin: bigint): number
  firstFrom(times: number, from: number, to: number, origin: bigint, micros: number): number
}
