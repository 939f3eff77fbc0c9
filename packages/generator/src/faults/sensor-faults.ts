import type { Sensor } from '../sensors.js'
import type { SensorFault, SensorFaultName } from './fault.js'

/** The value at which each sensor is stuck, remembered from batch to batch of one file. */
export type StuckValues = Map<SensorFault, number>

const effects: Readonly<
  Record<
    SensorFaultName,
    (readings: Float64Array, fault: SensorFault, sensor: Sensor, stuckValues: StuckValues) => void
  >
> = {
  stuckSensor: (readings, fault, _, stuckValues) => {
    const value = stuckValues.get(fault) ?? readings[0] ?? NaN
    stuckValues.set(fault, value)
    readings.fill(value)
  },
  // Beyond anything that a pump does: off by a quarter to a half of the full scale.
  spikes: (readings, { severity }, { range, stepsPerUnit }) => {
    readings.forEach((reading, row) => {
      const far = reading + range * (0.25 + 0.25 * severity)
      readings[row] = Math.floor(far * stepsPerUnit + 0.5) / stepsPerUnit
    })
  },
  nan: (readings) => {
    readings.fill(NaN)
  },
}

/** Applies a fault to the readings of its sensor, in place. All `readings` must lie within the fault. */
export function applySensorFault(
  readings: Float64Array,
  fault: SensorFault,
  sensor: Sensor,
  stuckValues: StuckValues,
): void {
  effects[fault.fault](readings, fault, sensor, stuckValues)
}
