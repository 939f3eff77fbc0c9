/** What is true of one column within an hour, over its readings that are not NaN. */
export interface ColumnTruth {
  count: number
  /** Readings that are NaN. */
  nan: number
  /** 0 when there is no reading. */
  sum: number
  /** null when there is no reading. */
  min: number | null
  max: number | null
}

/** What has been added up of one column. */
export interface ColumnSums {
  readonly name: string
  /** Its high limit; Infinity when it has none. */
  readonly above: number
  count: number
  nan: number
  sum: number
  /** The low bits that `sum` has no place for. */
  lost: number
  min: number
  max: number
  alarmRows: number
}

/** Nothing of a column yet. */
export function columnSums(name: string, above: number): ColumnSums {
  return { name, above, count: 0, nan: 0, sum: 0, lost: 0, min: Infinity, max: -Infinity, alarmRows: 0 }
}

/**
 * Adds the readings from `start` until before `end`. The low bits that an addition loses are found by 2Sum (Møller, 1965)
 * and kept beside the sum, so it is exact to the last digit or two whatever the number of readings.
 */
export function addReadings(sums: ColumnSums, values: Float64Array, start: number, end: number): void {
  let { sum, lost } = sums
  let nan = 0
  let lowest = Infinity
  let highest = -Infinity
  // A few rows first: then hardly any other row goes beyond the range, and the branches below are foreseen.
  for (let row = start; row < end; row += 32) {
    const value = values[row] as number
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  for (let row = start; row < end; row++) {
    const value = values[row] as number
    if (!(value >= lowest && value <= highest)) {
      if (value !== value) {
        nan += 1
        continue
      }
      if (value < lowest) lowest = value
      if (value > highest) highest = value
    }
    const next = sum + value
    const added = next - sum
    lost += sum - (next - added) + (value - added)
    sum = next
  }
  sums.count += end - start - nan
  sums.nan += nan
  sums.sum = sum
  sums.lost = lost
  sums.min = Math.min(sums.min, lowest)
  sums.max = Math.max(sums.max, highest)
  if (highest > sums.above) sums.alarmRows += countAbove(values, start, end, sums.above)
}

function countAbove(values: Float64Array, start: number, end: number, limit: number): number {
  let rows = 0
  for (let row = start; row < end; row++) if ((values[row] as number) > limit) rows += 1
  return rows
}

/** The column's truth, as it is written. */
export function columnTruth({ count, nan, sum, lost, min, max }: ColumnSums): ColumnTruth {
  return { count, nan, sum: sum + lost, min: count === 0 ? null : min, max: count === 0 ? null : max }
}
