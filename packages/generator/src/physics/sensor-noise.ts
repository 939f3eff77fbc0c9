import type { Workbench } from '../kernels/workbench.js'
import type { RandomStream } from '../random.js'
import { type SensorName, sensorNames } from '../sensors.js'

/** What a sensor adds to the quantity that it measures, and the steps in which it shows it. */
export interface Sensor {
  /** Standard deviation of the noise, in the quantity's own unit. */
  readonly deviation: number
  /** Time over which the noise forgets itself: two moments `t` apart have the correlation exp(−t / τ). */
  readonly correlationSeconds: number
  /** Readings are whole multiples of 1 / `stepsPerUnit`, as the nearest doubles. */
  readonly stepsPerUnit: number
  /** The most that it can show, in the quantity's own unit. */
  readonly range: number
}

// Four bytes of a hash, added up, have the standard deviation √((256² − 1) / 3).
const bytesDeviation = Math.sqrt(65_535 / 3)
// exp(−37) is below the last bit of a double: noise that old no longer shows.
const memory = 37

/**
 * Prepares the sensors of a pump at a workbench to read from sample `firstSample` of the epoch on. Their noise is an AR(1) process,
 * x ← φ·x + e with φ = exp(−interval / τ): normal values (four bytes of a hash of the sample's number, Irwin–Hall), low-pass
 * filtered. It begins with the samples before the first, so the noise depends on the sample's number alone, wherever reading
 * begins. `random` has a stream for each sensor.
 */
export function prepareSensors(
  { kernels }: Workbench,
  sensors: Readonly<Record<SensorName, Sensor>>,
  {
    random,
    intervalSeconds,
    firstSample,
  }: {
    random: Readonly<Record<SensorName, RandomStream>>
    intervalSeconds: number
    firstSample: number
  },
): void {
  const ofSensors = (address: number) => new Float64Array(kernels.memory.buffer, address, sensorNames.length)
  const [lags, scales] = [ofSensors(kernels.lags.value), ofSensors(kernels.scales.value)]
  const [stepsPerUnit, noise] = [ofSensors(kernels.stepsPerUnit.value), ofSensors(kernels.noise.value)]
  const keys = new Int32Array(kernels.memory.buffer, kernels.streamKeys.value, sensorNames.length)
  sensorNames.forEach((name, sensor) => {
    const { deviation, correlationSeconds, stepsPerUnit: steps } = sensors[name]
    const lag = decay(intervalSeconds / correlationSeconds)
    lags[sensor] = lag
    scales[sensor] = (deviation * Math.sqrt(1 - lag * lag)) / bytesDeviation
    stepsPerUnit[sensor] = steps
    keys[sensor] = random[name].key
    noise[sensor] = 0
    const samples = Math.ceil((memory * correlationSeconds) / intervalSeconds)
    kernels.passSamples(sensor, samples, firstSample - samples)
  })
}

/** exp(−x) for x ≥ 0, of + − × ÷ alone: the same bits on every machine, which Math.exp does not promise. */
export function decay(x: number): number {
  const part = Math.min(x, 1000) / 1024
  let sum = 1
  for (let term = 14; term >= 1; term--) sum = 1 - (part / term) * sum
  for (let halving = 0; halving < 10; halving++) sum *= sum
  return sum
}
