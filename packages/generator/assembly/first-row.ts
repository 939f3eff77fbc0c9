/** The first of some doubles that is above a limit; `count` where none is. NaN is not above anything. */
export function firstAbove(from: usize, count: i32, limit: f64): i32 {
  const limits = f64x2.splat(limit)
  let row = 0
  // Eight at a time, until one of them is.
  for (; row + 8 <= count; row += 8) {
    const at = from + ((<usize>row) << 3)
    const first = v128.or(f64x2.gt(v128.load(at), limits), f64x2.gt(v128.load(at, 16), limits))
    const second = v128.or(f64x2.gt(v128.load(at, 32), limits), f64x2.gt(v128.load(at, 48), limits))
    if (v128.any_true(v128.or(first, second))) break
  }
  while (row < count && !(load<f64>(from + ((<usize>row) << 3)) > limit)) row++
  return row
}

/** How many microseconds after an origin one of some times is. */
export function microsSince(times: usize, row: i32, origin: i64): f64 {
  return <f64>(load<i64>(times + ((<usize>row) << 3)) - origin)
}

/**
 * The first row from `from` on, of those before `to`, whose time is `micros` after an origin or later; `to` where none is. The times
 * are in order: by bisection.
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
