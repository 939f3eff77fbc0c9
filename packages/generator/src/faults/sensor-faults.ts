import type { Fault, SensorFaultName } from './plan-faults.js'
import type { Sensor } from '../sensors.js'

// The value of a stuck sensor is remembered from batch to batch.
type Memory = Map<Fault, number>

const effects: Readonly<
  Record<
    SensorFaultName,
    (readings: Float64Array, fault: Fault<SensorFaultName>, sensor: Sensor, memory: Memory) => void
  >
> = {
  stuckSensor: (readings, fault, _, stuck) => {
    const value = stuck.get(fault) ?? readings[0] ?? NaN
    stuck.set(fault, value)
    readings.fill(value)
  },
  // Beyond anything a pump does: by a quarter to a half of what the sensor can show.
  spikes: (readings, { severity }, { range, stepsPerUnit }) => {
    for (let row = 0; row < readings.length; row++) {
      const far = (readings[row] as number) + range * (0.25 + 0.25 * severity)
      readings[row] = Math.floor(far * stepsPerUnit + 0.5) / stepsPerUnit
    }
  },
  nan: (readings) => {
    readings.fill(NaN)
  },
}

/** Lets a sensor's fault spoil the readings that fall into it. The memory is one per file. */
export function spoilReadings(
  readings: Float64Array,
  fault: Fault<SensorFaultName>,
  sensor: Sensor,
  memory: Memory,
): void {
  effects[fault.fault](readings, fault, sensor, memory)
}
