// Results of the last call to `addValues`.

export let sum: f64 = 0
/** The low bits that do not fit into the sum. */
export let lost: f64 = 0
export let least: f64 = Infinity
export let greatest: f64 = -Infinity
export let nanCount: i32 = 0
/** How many values are above the limit. */
export let countAbove: i32 = 0

/**
 * Adds `count` doubles to a sum, two at a time, and skips NaN. 2Sum (Møller, 1965) finds the low bits that each addition loses; they are
 * kept beside the sum. So the sum is exact to the last digit or two for any number of values.
 */
export function addValues(from: usize, count: i32, sumBefore: f64, lostBefore: f64, limit: f64): void {
  let sums = f64x2(sumBefore, 0)
  let losts = f64x2(lostBefore, 0)
  let lower = f64x2.splat(Infinity)
  let upper = f64x2.splat(-Infinity)
  let nans = i64x2.splat(0)
  let above = i64x2.splat(0)
  const limits = f64x2.splat(limit)
  const end = from + (((<usize>(count + 1)) >> 1) << 4)
  const last = from + ((<usize>count) << 3)
  for (let at = from; at < end; at += 16) {
    // A last value without a pair is paired with NaN. That NaN is subtracted from the count below.
    const values = at + 8 < last ? v128.load(at) : f64x2(load<f64>(at), NaN)
    const isNumber = f64x2.eq(values, values)
    nans = i64x2.sub(nans, v128.not(isNumber))
    above = i64x2.sub(above, f64x2.gt(values, limits))
    lower = f64x2.pmin(lower, values)
    upper = f64x2.pmax(upper, values)
    const numbers = v128.and(values, isNumber)
    const next = f64x2.add(sums, numbers)
    const added = f64x2.sub(next, sums)
    const error = f64x2.add(f64x2.sub(sums, f64x2.sub(next, added)), f64x2.sub(numbers, added))
    losts = f64x2.add(losts, error)
    sums = next
  }
  const one = f64x2.extract_lane(sums, 0)
  const other = f64x2.extract_lane(sums, 1)
  sum = one + other
  const added = sum - one
  lost = f64x2.extract_lane(losts, 0) + f64x2.extract_lane(losts, 1) + (one - (sum - added) + (other - added))
  least = min(f64x2.extract_lane(lower, 0), f64x2.extract_lane(lower, 1))
  greatest = max(f64x2.extract_lane(upper, 0), f64x2.extract_lane(upper, 1))
  nanCount = <i32>(i64x2.extract_lane(nans, 0) + i64x2.extract_lane(nans, 1)) - (count & 1)
  countAbove = <i32>(i64x2.extract_lane(above, 0) + i64x2.extract_lane(above, 1))
}
