// Layout of the kernels' memory.

/**
 * The maximum number of rows of a batch: a quarter of a day of seconds. Small enough to stay in the processor's caches from stage to
 * stage, large enough that the fixed cost of a batch does not matter. A multiple of ten, the size of the parcels in which readings are
 * delivered.
 */
export const batchRows: i32 = 21_600
/** The maximum number of true states held at a time, so that they stay in the first-level cache until the sensors have read them. */
export const stateRows: i32 = 960
/** The number of knots at which the slowly changing state of a pump is computed: every 15 s of a day, its end included. */
export const knots: i32 = 5761
/** Pressure, velocity and speed. Wherever there is one column per sensor, the columns follow one another in this order. */
export const sensorCount: i32 = 3

/** The slowly changing state of the pump, and the share of its head lost to wear, at the knots of a day. */
export const course: usize = memory.data(8 * knots * sensorCount, 16)
export const headLosses: usize = memory.data(8 * knots, 16)
/** The true states of the pump at some moments, and the sensors' readings of a batch. */
export const states: usize = memory.data(8 * stateRows * sensorCount, 16)
export const readings: usize = memory.data(8 * batchRows * sensorCount, 16)
/** The timestamps of a batch, in epoch microseconds. */
export const timestamps: usize = memory.data(8 * batchRows, 16)

/** Per sensor: φ and the scale of its noise (see sensor-noise.ts), its steps per unit, and the current unscaled noise. */
export const lags: usize = memory.data(8 * sensorCount, 16)
export const scales: usize = memory.data(8 * sensorCount, 16)
export const stepsPerUnit: usize = memory.data(8 * sensorCount, 16)
export const noise: usize = memory.data(8 * sensorCount, 16)
/** Per sensor: the key of its random stream, and the two current 32-bit keys for the hash of its noise. */
export const streamKeys: usize = memory.data(4 * sensorCount, 16)
export const firstKeys: usize = memory.data(4 * sensorCount, 16)
export const secondKeys: usize = memory.data(4 * sensorCount, 16)

/** Room for a copy of values from outside this memory. */
export const scratch: usize = memory.data(8 * batchRows, 16)
