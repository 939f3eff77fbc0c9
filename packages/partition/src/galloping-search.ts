/**
 * The first number from `start` up to `end` of which something holds that holds of all after it too, or `end`. It doubles
 * its steps from `start`, so that a number near by is found at once.
 */
export function firstWhere(start: number, end: number, holds: (index: number) => boolean): number {
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
