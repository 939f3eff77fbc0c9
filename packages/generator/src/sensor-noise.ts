import type { RandomStream } from './random.js'

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

/**
 * Writes the readings of a sensor for the true values, the first of which is sample `firstSample` of the epoch. Called with
 * block after block, in order of time.
 */
export type SensorReader = (values: Float64Array, firstSample: number, readings: Float64Array) => void

// Noise is hashed from keys that hold for so many samples of the epoch.
const samplesPerKey = 4096
// Four bytes have the mean 510 and the standard deviation √((256² − 1) / 3).
const bytesMean = 510
const bytesDeviation = Math.sqrt(65_535 / 3)
// exp(−37) is below the last bit of a double: noise that old no longer shows.
const memory = 37

/**
 * A sensor whose noise is an AR(1) process, x ← φ·x + e with φ = exp(−interval / τ): normal values (four bytes of a hash of the
 * sample's number, Irwin–Hall), low-pass filtered. It begins with the samples before the first block, so the noise depends
 * on the sample's number alone, however the blocks are cut.
 */
export function sensorReader(
  { deviation, correlationSeconds, stepsPerUnit }: Sensor,
  { random, intervalSeconds }: { random: RandomStream; intervalSeconds: number },
): SensorReader {
  const lag = decay(intervalSeconds / correlationSeconds)
  const scale = (deviation * Math.sqrt(1 - lag * lag)) / bytesDeviation
  const filter = { lag, scale, stepsPerUnit }
  const warmUp = Math.ceil((memory * correlationSeconds) / intervalSeconds)
  // A typed array of one: numbers that closures hold are boxed, and the loop would be half as fast.
  const noise = Float64Array.of(NaN)
  const proceed = (values: Float64Array, firstSample: number, readings: Float64Array) => {
    for (const stretch of stretches(random, firstSample, values.length))
      noise[0] = readStretch(values, readings, stretch, filter, noise[0] as number)
  }
  return (values, firstSample, readings) => {
    if (Number.isNaN(noise[0])) {
      noise[0] = 0
      const scratch = new Float64Array(warmUp)
      proceed(scratch, firstSample - warmUp, scratch)
    }
    proceed(values, firstSample, readings)
  }
}

/** Rows of a block whose noise is hashed from the same two keys, and what to add to a row for its number under them. */
interface Stretch {
  readonly from: number
  readonly to: number
  readonly shift: number
  readonly keys: readonly [number, number]
}

function stretches(random: RandomStream, firstSample: number, samples: number): Stretch[] {
  const found: Stretch[] = []
  for (let from = 0; from < samples;) {
    const number = Math.floor((firstSample + from) / samplesPerKey)
    const shift = firstSample - number * samplesPerKey
    const to = Math.min(samples, samplesPerKey - shift)
    found.push({ from, to, shift, keys: [random.bits(2 * number), random.bits(2 * number + 1)] })
    from = to
  }
  return found
}

/** Gives the noise at the end of the stretch. */
function readStretch(
  values: Float64Array,
  readings: Float64Array,
  { from, to, shift, keys }: Stretch,
  { lag, scale, stepsPerUnit }: { lag: number; scale: number; stepsPerUnit: number },
  noiseBefore: number,
): number {
  let noise = noiseBefore
  // Whole numbers that the compiler takes for doubles would make this loop twice as slow: | 0 tells it.
  const offset = shift | 0
  const end = to | 0
  const first = keys[0] | 0
  const second = keys[1] | 0
  for (let row = from | 0; row < end; row++) {
    let hash = Math.imul((row + offset) ^ first, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13) ^ second, 0xc2b2ae35)
    hash ^= hash >>> 16
    const pairs = (hash & 0x00ff00ff) + ((hash >>> 8) & 0x00ff00ff)
    noise = noise * lag + ((pairs & 0xffff) + (pairs >>> 16) - bytesMean)
    const steps = Math.floor(((values[row] as number) + noise * scale) * stepsPerUnit + 0.5)
    // Divided, not multiplied by 0.01: so a reading is the double nearest to its decimal. Sensors of what is never negative
    // show the size of their noise at 0, never −0.
    readings[row] = Math.abs(steps) / stepsPerUnit
  }
  return noise
}

/** exp(−x) for x ≥ 0, of + − × ÷ alone: the same bits on every machine, which Math.exp does not promise. */
export function decay(x: number): number {
  const part = Math.min(x, 1000) / 1024
  let sum = 1
  for (let term = 14; term >= 1; term--) sum = 1 - (part / term) * sum
  for (let halving = 0; halving < 10; halving++) sum *= sum
  return sum
}
