import type { Kernels } from '../kernels/kernels.js'

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

/** Adds `count` readings that lie at an address in the kernels' memory; the sum stays exact to the last digit or two. */
export function addReadings(sums: ColumnSums, kernels: Kernels, address: number, count: number): void {
  kernels.addValues(address, count, sums.sum, sums.lost, sums.above)
  sums.sum = kernels.sum.value
  sums.lost = kernels.lost.value
  sums.count += count - kernels.nanCount.value
  sums.nan += kernels.nanCount.value
  sums.min = Math.min(sums.min, kernels.least.value)
  sums.max = Math.max(sums.max, kernels.greatest.value)
  sums.alarmRows += kernels.countAbove.value
}

/** The column's truth, as it is written. */
export function columnTruth({ count, nan, sum, lost, min, max }: ColumnSums): ColumnTruth {
  return { count, nan, sum: sum + lost, min: count === 0 ? null : min, max: count === 0 ? null : max }
}
