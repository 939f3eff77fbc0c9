import type { Workbench } from './kernels.js'
import type { RandomStream } from './random.js'
import { type SensorName, sensorNames } from './sensors.js'

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

// Noise is hashed from keys that hold for so many samples of the epoch.
const samplesPerKey = 4096
// Four bytes of a hash, added up, have the standard deviation √((256² − 1) / 3).
const bytesDeviation = Math.sqrt(65_535 / 3)
// exp(−37) is below the last bit of a double: noise that old no longer shows.
const memory = 37

/**
 * Writes what the sensors show for the true states at a workbench, the first `rowCount` of them; the first is sample `firstSample` of
 * the epoch. Called with batch after batch, in order of time.
 */
export type SensorReader = (firstSample: number, rowCount: number) => void

/**
 * The sensors of a pump, whose noise is an AR(1) process, x ← φ·x + e with φ = exp(−interval / τ): normal values (four bytes of a
 * hash of the sample's number, Irwin–Hall), low-pass filtered. It begins with the samples before the first batch, so the noise depends
 * on the sample's number alone, however the batches are cut. `random` has a stream for each sensor.
 */
export function sensorReader(
  sensors: Readonly<Record<SensorName, Sensor>>,
  {
    workbench: { kernels },
    random,
    intervalSeconds,
  }: { workbench: Workbench; random: Readonly<Record<SensorName, RandomStream>>; intervalSeconds: number },
): SensorReader {
  const ofSensors = (address: number) => new Float64Array(kernels.memory.buffer, address, sensorNames.length)
  const keysOfSensors = (address: number) =>
    new Int32Array(kernels.memory.buffer, address, sensorNames.length)
  const [lags, scales] = [ofSensors(kernels.lags.value), ofSensors(kernels.scales.value)]
  const [stepsPerUnit, noise] = [ofSensors(kernels.stepsPerUnit.value), ofSensors(kernels.noise.value)]
  const [firstKeys, secondKeys] = [
    keysOfSensors(kernels.firstKeys.value),
    keysOfSensors(kernels.secondKeys.value),
  ]
  sensorNames.forEach((name, sensor) => {
    const { deviation, correlationSeconds, stepsPerUnit: steps } = sensors[name]
    const lag = decay(intervalSeconds / correlationSeconds)
    lags[sensor] = lag
    scales[sensor] = (deviation * Math.sqrt(1 - lag * lag)) / bytesDeviation
    stepsPerUnit[sensor] = steps
  })
  const setKeys = (name: SensorName, sensor: number, number: number) => {
    firstKeys[sensor] = random[name].bits(2 * number)
    secondKeys[sensor] = random[name].bits(2 * number + 1)
  }

  const begin = (firstSample: number) => {
    sensorNames.forEach((name, sensor) => {
      const samples = Math.ceil((memory * sensors[name].correlationSeconds) / intervalSeconds)
      noise[sensor] = 0
      for (const { number, from, to, offset } of stretches(firstSample - samples, samples)) {
        setKeys(name, sensor, number)
        kernels.passSamples(sensor, from + offset, to + offset)
      }
    })
  }
  let hasBegun = false
  return (firstSample, rowCount) => {
    if (!hasBegun) begin(firstSample)
    hasBegun = true
    for (const { number, from, to, offset } of stretches(firstSample, rowCount)) {
      sensorNames.forEach((name, sensor) => {
        setKeys(name, sensor, number)
      })
      kernels.readSensors(from, to, offset)
    }
  }
}

/** Rows whose noise is hashed from the same keys, their number, and what to add to a row for its number under them. */
interface Stretch {
  readonly number: number
  readonly from: number
  readonly to: number
  readonly offset: number
}

function stretches(firstSample: number, rowCount: number): Stretch[] {
  const found: Stretch[] = []
  for (let from = 0; from < rowCount;) {
    const number = Math.floor((firstSample + from) / samplesPerKey)
    const offset = firstSample - number * samplesPerKey
    const to = Math.min(rowCount, samplesPerKey - offset)
    found.push({ number, from, to, offset })
    from = to
  }
  return found
}

/** exp(−x) for x ≥ 0, of + − × ÷ alone: the same bits on every machine, which Math.exp does not promise. */
export function decay(x: number): number {
  const part = Math.min(x, 1000) / 1024
  let sum = 1
  for (let term = 14; term >= 1; term--) sum = 1 - (part / term) * sum
  for (let halving = 0; halving < 10; halving++) sum *= sum
  return sum
}
