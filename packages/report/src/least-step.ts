/** The least distance between two different times: the length of a window, but for calendar months. Infinity for less than two times. */
export function leastStep(times: readonly number[]): number {
  const inOrder = [...new Set(times)].sort((a, b) => a - b)
  return inOrder.reduce((least, time, index) => {
    const before = inOrder[index - 1]
    return before === undefined ? least : Math.min(least, time - before)
  }, Infinity)
}
