import {
  batchRows,
  firstKeys,
  lags,
  noise,
  readings,
  scales,
  secondKeys,
  sensorCount,
  stateRows,
  states,
  stepsPerUnit,
  streamKeys,
} from './memory'
import { bits } from './random'

// The noise of a sensor is an AR(1) process, x ← φ·x + e. Each e is the sum of four bytes of a hash of the sample's number, which is close
// to normal (Irwin–Hall).

/** Vector constants. They are loaded from memory, since building them again inside a loop takes longer. */
const factor = memory.data<u32>([0x85ebca6b, 0x85ebca6b, 0x85ebca6b, 0x85ebca6b], 16)
const otherFactor = memory.data<u32>([0xc2b2ae35, 0xc2b2ae35, 0xc2b2ae35, 0xc2b2ae35], 16)
/** The mean of the sum of four bytes. */
const bytesMean = memory.data<i32>([510, 510, 510, 510], 16)
const fourRows = memory.data<i32>([0, 1, 2, 3], 16)
const halves = memory.data<f64>([0.5, 0.5], 16)

/** Each pair of hash keys serves 4096 consecutive samples. The low bits of a sample's number are its position among them. */
const keyBits: i64 = 12
const samplesPerKey: i32 = 4096

/**
 * Reads the first `count` states into the batch, from `row` on. The first is sample `firstSample`, counted from the epoch; it must follow
 * the last sample that was read or passed.
 */
export function readSensors(count: i32, firstSample: f64, row: i32): void {
  const first = <i64>firstSample
  for (let done = 0; done < count;) {
    const sample = takeKeys(first + <i64>done)
    const size = min(count - done, samplesPerKey - sample)
    readStretch(done, size, sample, readings + ((<usize>row) << 3))
    done += size
  }
}

/** Advances the noise of one sensor over `count` samples without reading them. */
export function passSamples(sensor: i32, count: i32, firstSample: f64): void {
  const first = <i64>firstSample
  for (let done = 0; done < count;) {
    const sample = takeKeys(first + <i64>done)
    const size = min(count - done, samplesPerKey - sample)
    for (let i = 0; i < size; i++) pass(sensor, sample + i)
    done += size
  }
}

/** Computes the hash keys for a sample. Returns the position of the sample among those that the keys serve. */
function takeKeys(sample: i64): i32 {
  const number = sample >> keyBits
  for (let sensor = 0; sensor < sensorCount; sensor++) {
    const at = (<usize>sensor) << 2
    const key = load<i32>(streamKeys + at)
    store<i32>(firstKeys + at, bits(key, 2 * number))
    store<i32>(secondKeys + at, bits(key, 2 * number + 1))
  }
  return <i32>(sample - (number << keyBits))
}

/** Reads `count` states from `from` on, all with the same hash keys. The first is at position `sample` of those keys. */
function readStretch(from: i32, count: i32, sample: i32, out: usize): void {
  const end = from + count
  const offset = sample - from
  let at = from
  // Each value of a sensor's noise depends on the one before it. While one chain waits, the others make progress: pressure and velocity
  // share a vector, speed has its own, and each takes four rows at a time. This code is specific to these three sensors.
  const pairLags = v128.load(lags)
  const speedLag = load<f64>(lags, 16)
  let pair = v128.load(noise)
  let speed = load<f64>(noise, 16)
  const pairKey = v128.load64_splat(firstKeys)
  const otherPairKey = v128.load64_splat(secondKeys)
  const speedKey = v128.load32_splat(firstKeys, 8)
  const otherSpeedKey = v128.load32_splat(secondKeys, 8)
  for (; at + 4 <= end; at += 4) {
    const samples = i32x4.add(i32x4.splat(offset + at), v128.load(fourRows))
    const pairBytes = bytesOf(v128.shuffle<i32>(samples, samples, 0, 0, 1, 1), pairKey, otherPairKey)
    const laterPairBytes = bytesOf(v128.shuffle<i32>(samples, samples, 2, 2, 3, 3), pairKey, otherPairKey)
    const speedBytes = bytesOf(samples, speedKey, otherSpeedKey)
    const pair0 = f64x2.add(f64x2.mul(pair, pairLags), lowOf(pairBytes))
    const pair1 = f64x2.add(f64x2.mul(pair0, pairLags), highOf(pairBytes))
    const pair2 = f64x2.add(f64x2.mul(pair1, pairLags), lowOf(laterPairBytes))
    pair = f64x2.add(f64x2.mul(pair2, pairLags), highOf(laterPairBytes))
    const low = lowOf(speedBytes)
    const high = highOf(speedBytes)
    const speed0 = speed * speedLag + f64x2.extract_lane(low, 0)
    const speed1 = speed0 * speedLag + f64x2.extract_lane(low, 1)
    const speed2 = speed1 * speedLag + f64x2.extract_lane(high, 0)
    speed = speed2 * speedLag + f64x2.extract_lane(high, 1)
    showFour(0, at, out, v128.shuffle<f64>(pair0, pair1, 0, 2), v128.shuffle<f64>(pair2, pair, 0, 2))
    showFour(1, at, out, v128.shuffle<f64>(pair0, pair1, 1, 3), v128.shuffle<f64>(pair2, pair, 1, 3))
    showFour(2, at, out, f64x2(speed0, speed1), f64x2(speed2, speed))
  }
  v128.store(noise, pair)
  store<f64>(noise, speed, 16)
  for (; at < end; at++) {
    for (let sensor = 0; sensor < sensorCount; sensor++) readOne(sensor, at, offset + at, out)
  }
}

function showFour(sensor: usize, at: usize, out: usize, firstTwo: v128, lastTwo: v128): void {
  const scale = v128.load64_splat(scales + (sensor << 3))
  const steps = v128.load64_splat(stepsPerUnit + (sensor << 3))
  const from = stateAt(sensor, at)
  const to = readingAt(sensor, at, out)
  v128.store(to, shown(v128.load(from), firstTwo, scale, steps))
  v128.store(to, shown(v128.load(from, 16), lastTwo, scale, steps), 16)
}

function readOne(sensor: usize, at: usize, sample: i32, out: usize): void {
  pass(sensor, sample)
  const now = v128.load64_splat(noise + (sensor << 3))
  const state = v128.load64_splat(stateAt(sensor, at))
  const scale = v128.load64_splat(scales + (sensor << 3))
  const steps = v128.load64_splat(stepsPerUnit + (sensor << 3))
  v128.store_lane<f64>(readingAt(sensor, at, out), shown(state, now, scale, steps), 0)
}

function lowOf(numbers: v128): v128 {
  return f64x2.convert_low_i32x4_s(numbers)
}

function highOf(numbers: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<u64>(numbers, numbers, 1, 0))
}

function stateAt(sensor: usize, at: usize): usize {
  return states + ((sensor * <usize>stateRows + at) << 3)
}

function readingAt(sensor: usize, at: usize, out: usize): usize {
  return out + ((sensor * <usize>batchRows + at) << 3)
}

function pass(sensor: usize, sample: i32): void {
  const at = sensor << 3
  const keyAt = sensor << 2
  const bytes = lowOf(
    bytesOf(i32x4.splat(sample), v128.load32_splat(firstKeys + keyAt), v128.load32_splat(secondKeys + keyAt)),
  )
  store<f64>(noise + at, load<f64>(noise + at) * load<f64>(lags + at) + f64x2.extract_lane(bytes, 0))
}

/** The readings of a sensor for two states, given its noise at their moments. */
function shown(state: v128, noiseThen: v128, scale: v128, steps: v128): v128 {
  const exact = f64x2.mul(f64x2.add(state, f64x2.mul(noiseThen, scale)), steps)
  // Dividing, rather than multiplying by 0.01, gives the double nearest to the decimal value. The quantities are never negative: near 0
  // a sensor shows the magnitude of its noise, and never −0.
  return f64x2.div(f64x2.abs(f64x2.floor(f64x2.add(exact, v128.load(halves)))), steps)
}

/** For each of four samples, the sum of four random bytes less its mean. */
function bytesOf(samples: v128, firstKey: v128, secondKey: v128): v128 {
  let hash = i32x4.mul(v128.xor(samples, firstKey), v128.load(factor))
  hash = v128.xor(v128.xor(hash, i32x4.shr_u(hash, 13)), secondKey)
  hash = i32x4.mul(hash, v128.load(otherFactor))
  hash = v128.xor(hash, i32x4.shr_u(hash, 16))
  const sums = i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_u(hash))
  return i32x4.sub(sums, v128.load(bytesMean))
}
