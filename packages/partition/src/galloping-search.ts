/**
 * The first index from `start` to before `end` for which a monotonic predicate holds, or `end`. Galloping search: it doubles its steps
 * from `start`, so an index near `start` is found at once.
 */
export function gallopingSearch(start: number, end: number, holds: (index: number) => boolean): number {
  let low = start
  let high = start
  for (let step = 1; high < end && !holds(high); step *= 2) {
    low = high + 1
    high += step
  }
  high = Math.min(high, end)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
