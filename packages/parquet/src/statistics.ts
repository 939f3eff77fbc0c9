import type { Statistics } from 'hyparquet'
import { highWord, lowWord } from './words.js'

/** Least and greatest time. */
export function timestampStatistics(values: BigInt64Array): { statistics: Statistics } {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
  /** Whether a value is less than another: by words, since to read a bigint makes an object. */
  const isLess = (row: number, other: number) => {
    const [high, otherHigh] = [words[2 * row + highWord] as number, words[2 * other + highWord] as number]
    if (high !== otherHigh) return high < otherHigh
    return (words[2 * row + lowWord] as number) >>> 0 < (words[2 * other + lowWord] as number) >>> 0
  }
  let least = 0
  let greatest = 0
  for (let row = 1; row < values.length; row++) {
    if (isLess(row, least)) least = row
    else if (isLess(greatest, row)) greatest = row
  }
  const statistics = {
    min_value: values[least] as bigint,
    max_value: values[greatest] as bigint,
    null_count: 0n,
  }
  return { statistics }
}

/**
 * Least and greatest double that is not NaN, by Parquet's rule a least 0 as −0 and a greatest one as 0; and whether −0 is
 * among the values.
 */
export function doubleStatistics(values: Float64Array): {
  statistics: Statistics & { nan_count: bigint }
  hasNegativeZero: boolean
} {
  let least = Infinity
  let greatest = -Infinity
  let nans = 0
  let hasNegativeZero = false
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (value !== value) nans += 1
    if (value < least) least = value
    if (value > greatest) greatest = value
    if (value === 0 && Object.is(value, -0)) hasNegativeZero = true
  }
  const counts = { null_count: 0n, nan_count: BigInt(nans) }
  if (nans === values.length) return { statistics: counts, hasNegativeZero }
  const [min_value, max_value] = [least === 0 ? -0 : least, greatest === 0 ? 0 : greatest]
  return { statistics: { min_value, max_value, ...counts }, hasNegativeZero }
}
