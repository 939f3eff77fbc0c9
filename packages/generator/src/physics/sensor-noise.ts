import type { Workbench } from '../kernels/workbench.js'
import type { RandomStream } from '../random.js'
import { type Sensor, type SensorName, sensorNames } from '../sensors.js'

// The sum of four random bytes has the standard deviation √((256² − 1) / 3).
const bytesDeviation = Math.sqrt(65_535 / 3)
// Noise this many correlation times old has no effect: exp(−37) is below the last bit of a double.
const warmUpCorrelationTimes = 37

/**
 * Prepares the sensors in a workbench to read from sample `firstSample` on, counted from the epoch. Their noise is an AR(1) process,
 * x ← φ·x + e with φ = exp(−interval / τ). Each e is the sum of four bytes of a hash of the sample's number, which is close to normal
 * (Irwin–Hall). A warm-up over earlier samples makes the noise depend on the sample's number alone, wherever reading begins.
 */
export function prepareSensors(
  { kernels }: Workbench,
  sensors: Readonly<Record<SensorName, Sensor>>,
  {
    random,
    intervalSeconds,
    firstSample,
  }: {
    /** One stream per sensor. */
    random: Readonly<Record<SensorName, RandomStream>>
    intervalSeconds: number
    firstSample: number
  },
): void {
  const perSensor = (address: number) => new Float64Array(kernels.memory.buffer, address, sensorNames.length)
  const lags = perSensor(kernels.lags.value)
  const scales = perSensor(kernels.scales.value)
  const stepsPerUnit = perSensor(kernels.stepsPerUnit.value)
  const noise = perSensor(kernels.noise.value)
  const keys = new Int32Array(kernels.memory.buffer, kernels.streamKeys.value, sensorNames.length)
  sensorNames.forEach((name, index) => {
    const sensor = sensors[name]
    const lag = decay(intervalSeconds / sensor.correlationSeconds)
    lags[index] = lag
    scales[index] = (sensor.deviation * Math.sqrt(1 - lag * lag)) / bytesDeviation
    stepsPerUnit[index] = sensor.stepsPerUnit
    keys[index] = random[name].key
    noise[index] = 0
    const samples = Math.ceil((warmUpCorrelationTimes * sensor.correlationSeconds) / intervalSeconds)
    kernels.passSamples(index, samples, firstSample - samples)
  })
}

/** exp(−x) for x ≥ 0 by + − × ÷ only: the same bits on every machine, which Math.exp does not promise. */
export function decay(x: number): number {
  const part = Math.min(x, 1000) / 1024
  let sum = 1
  for (let term = 14; term >= 1; term--) sum = 1 - (part / term) * sum
  for (let halving = 0; halving < 10; halving++) sum *= sum
  return sum
}
