import { values } from './memory'

const theNan: u64 = 0x7ff8_0000_0000_0000

/** Bounds of the page scanned last, without NaN (∞ and −∞ for a page without other values), and its number of NaN. */
export let least: f64 = Infinity
export let greatest: f64 = -Infinity
export let nanCount: i32 = 0

/** Scans the first `count` values of the page, four at a time, and gives all NaN among them the same bits. */
export function scan(count: i32): void {
  let lower = f64x2.splat(Infinity)
  let upper = f64x2.splat(-Infinity)
  let otherLower = lower
  let otherUpper = upper
  let nans = i64x2.splat(0)
  const end = values + ((<usize>(count & ~3)) << 3)
  for (let at = values; at < end; at += 32) {
    const pair = v128.load(at)
    const other = v128.load(at, 16)
    // The result is the first operand when the second is NaN.
    lower = f64x2.pmin(lower, pair)
    upper = f64x2.pmax(upper, pair)
    otherLower = f64x2.pmin(otherLower, other)
    otherUpper = f64x2.pmax(otherUpper, other)
    nans = i64x2.sub(nans, i64x2.add(f64x2.ne(pair, pair), f64x2.ne(other, other)))
  }
  lower = f64x2.pmin(lower, otherLower)
  upper = f64x2.pmax(upper, otherUpper)
  least = min(f64x2.extract_lane(lower, 0), f64x2.extract_lane(lower, 1))
  greatest = max(f64x2.extract_lane(upper, 0), f64x2.extract_lane(upper, 1))
  nanCount = <i32>(i64x2.extract_lane(nans, 0) + i64x2.extract_lane(nans, 1))
  for (let row = count & ~3; row < count; row++) {
    const last = load<f64>(values + ((<usize>row) << 3))
    if (last < least) least = last
    if (last > greatest) greatest = last
    if (last != last) nanCount++
  }
  if (nanCount > 0) unifyNan(count)
}

function unifyNan(count: i32): void {
  const end = values + ((<usize>count) << 3)
  for (let at = values; at < end; at += 8) {
    const value = load<f64>(at)
    if (value != value) store<u64>(at, theNan)
  }
}
