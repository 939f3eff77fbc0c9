/** The index of the first of `count` doubles that is above a limit, or `count`. NaN is not above any limit. */
export function firstAbove(from: usize, count: i32, limit: f64): i32 {
  const limits = f64x2.splat(limit)
  let row = 0
  // Skips eight at a time while none is above.
  for (; row + 8 <= count; row += 8) {
    const at = from + ((<usize>row) << 3)
    const first = v128.or(f64x2.gt(v128.load(at), limits), f64x2.gt(v128.load(at, 16), limits))
    const second = v128.or(f64x2.gt(v128.load(at, 32), limits), f64x2.gt(v128.load(at, 48), limits))
    if (v128.any_true(v128.or(first, second))) break
  }
  while (row < count && !(load<f64>(from + ((<usize>row) << 3)) > limit)) row++
  return row
}

/** The microseconds from `origin` to the time in a row. */
export function microsSince(times: usize, row: i32, origin: i64): f64 {
  return <f64>(load<i64>(times + ((<usize>row) << 3)) - origin)
}

/**
 * The first row in [from, to) whose time is at least `micros` after `origin`, or `to`. The times must be in order; this is a binary
 * search.
 */
export function firstFrom(times: usize, from: i32, to: i32, origin: i64, micros: f64): i32 {
  let start = from
  let end = to
  while (start < end) {
    const middle = (start + end) >>> 1
    if (microsSince(times, middle, origin) < micros) start = middle + 1
    else end = middle
  }
  return start
}
