import { values } from './memory'

/** Of the page scanned last: its least and greatest value, NaN left out (∞ and −∞ where there is none), and how many are NaN. */
export let least: f64 = Infinity
export let greatest: f64 = -Infinity
export let nanCount: i32 = 0

/** Scans the first values of the page, two at a time. */
export function scan(count: i32): void {
  let lower = f64x2.splat(Infinity)
  let upper = f64x2.splat(-Infinity)
  let nans = i64x2.splat(0)
  const end = values + ((<usize>(count & ~1)) << 3)
  for (let at = values; at < end; at += 16) {
    const pair = v128.load(at)
    // The first operand stays where the second is NaN.
    lower = f64x2.pmin(lower, pair)
    upper = f64x2.pmax(upper, pair)
    nans = i64x2.sub(nans, f64x2.ne(pair, pair))
  }
  least = min(f64x2.extract_lane(lower, 0), f64x2.extract_lane(lower, 1))
  greatest = max(f64x2.extract_lane(upper, 0), f64x2.extract_lane(upper, 1))
  nanCount = <i32>(i64x2.extract_lane(nans, 0) + i64x2.extract_lane(nans, 1))
  if (count & 1) {
    const last = load<f64>(end)
    if (last < least) least = last
    if (last > greatest) greatest = last
    if (last != last) nanCount++
  }
}
