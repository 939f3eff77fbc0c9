// Where things lie in a kernel's memory.

/**
 * Rows of a batch at most, a quarter of a day of seconds: few enough to stay in a processor's caches from stage to stage, many
 * enough that what is done once for each does not matter. A multiple of ten, by which readings are delivered.
 */
export const batchRows: i32 = 21_600
/** Moments at most whose true state is known at a time: it stays in the nearest cache until the sensors have read it. */
export const stateRows: i32 = 960
/** Moments of a day, one more than it has of them, at which the slow state of a pump is known. */
export const knots: i32 = 5761
/** Pressure, velocity and speed: what has columns has them in this order, one after another. */
export const sensorCount: i32 = 3

/** The pump's slow state at the knots of a day, and the share of its head that is lost to wear then. */
export const course: usize = memory.data(8 * knots * sensorCount, 16)
export const headLosses: usize = memory.data(8 * knots, 16)
/** The pump's true state at some moments, and what its sensors show at those of a batch. */
export const states: usize = memory.data(8 * stateRows * sensorCount, 16)
export const readings: usize = memory.data(8 * batchRows * sensorCount, 16)
/** The moments of a batch, in epoch microseconds. */
export const timestamps: usize = memory.data(8 * batchRows, 16)

/** Of each sensor: φ of its noise and what makes that noise of its own size (see sensor-noise.ts), its steps per unit, its noise now. */
export const lags: usize = memory.data(8 * sensorCount, 16)
export const scales: usize = memory.data(8 * sensorCount, 16)
export const stepsPerUnit: usize = memory.data(8 * sensorCount, 16)
export const noise: usize = memory.data(8 * sensorCount, 16)
/** The key of each sensor's random stream, and the two, 32 bits each, that its noise is hashed from. */
export const streamKeys: usize = memory.data(4 * sensorCount, 16)
export const firstKeys: usize = memory.data(4 * sensorCount, 16)
export const secondKeys: usize = memory.data(4 * sensorCount, 16)

/** Values of a column that lie elsewhere, to be looked at. */
export const scratch: usize = memory.data(8 * batchRows, 16)
