import type { ColumnNameOfType, pump } from '@minilake/schema'
import { keysOf } from './keys-of.js'

/** A sensor of a pump, named after the column of its readings. */
export type SensorName = ColumnNameOfType<typeof pump, 'double'>

/** The noise and the resolution of a sensor. Quantities are in the unit of the sensor's column. */
export interface Sensor {
  /** Standard deviation of the noise. */
  readonly deviation: number
  /** Correlation time τ of the noise: readings `t` seconds apart have the correlation exp(−t / τ). */
  readonly correlationSeconds: number
  /** Resolution: each reading is the double nearest to a whole multiple of 1 / `stepsPerUnit`. */
  readonly stepsPerUnit: number
  /** Full scale: the largest value that the sensor can show. */
  readonly range: number
}

/** The sensors of a pump: pressure in kPa, velocity in m/s, speed in rpm. */
export const sensors: Readonly<Record<SensorName, Sensor>> = {
  pressure: { deviation: 0.15, correlationSeconds: 5, stepsPerUnit: 100, range: 400 },
  velocity: { deviation: 0.003, correlationSeconds: 3, stepsPerUnit: 1000, range: 6 },
  speed: { deviation: 0.5, correlationSeconds: 2, stepsPerUnit: 100, range: 3000 },
}

/** The names of a pump's sensors, in the order of the table's columns. The kernels rely on this order. */
export const sensorNames: readonly SensorName[] = keysOf(sensors)
