import type { ColumnNameOfType, pump } from '@minilake/schema'
import type { Sensor } from './physics/sensor-noise.js'

/** The quantities that a pump has a sensor for, as the columns are called. */
export type SensorName = ColumnNameOfType<typeof pump, 'double'>

/** The sensors of a pump: pressure in kPa, velocity in m/s, speed in rpm. */
export const sensors: Readonly<Record<SensorName, Sensor>> = {
  pressure: { deviation: 0.15, correlationSeconds: 5, stepsPerUnit: 100, range: 400 },
  velocity: { deviation: 0.003, correlationSeconds: 3, stepsPerUnit: 1000, range: 6 },
  speed: { deviation: 0.5, correlationSeconds: 2, stepsPerUnit: 100, range: 3000 },
}

/** The names of a pump's sensors, in the order of the columns. */
export const sensorNames = Object.keys(sensors) as SensorName[]
