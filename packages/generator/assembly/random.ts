// The same random numbers as src/random.ts, for the inner loops.

/** 32 random bits: the number `index` of the stream with this key. */
export function bits(key: i32, index: i64): i32 {
  return hash(key, index, 3)
}

/** A nearly normal number, mean 0, standard deviation 1: a scaled sum of four uniform numbers (Irwin–Hall). */
export function normal(key: i32, index: i64): f64 {
  const a = hash(key, index, 1)
  const b = hash(key, index, 2)
  const sum = (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16)
  return <f64>(sum - 131_070) * (Math.sqrt(3) / 65_536)
}

function hash(key: i32, index: i64, salt: i32): i32 {
  return mix(mix(mix((<i32>index) ^ key) ^ (<i32>(index >> 32))) ^ salt)
}

function mix(value: i32): i32 {
  let h = value
  h = (h ^ (h >>> 16)) * 0x85ebca6b
  h = (h ^ (h >>> 13)) * 0xc2b2ae35
  return h ^ (h >>> 16)
}
