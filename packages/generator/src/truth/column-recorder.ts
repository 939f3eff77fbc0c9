import type { Workbench } from '../kernels/workbench.js'
import type { ColumnTruth } from './truth.js'

/** Adds up the readings of one column by hour. */
export interface ColumnRecorder {
  readonly name: string
  /** Undefined for a column without a high limit. */
  readonly highLimit: number | undefined
  /** Adds `count` readings of an hour that lie at an address in the kernels' memory. */
  add(hour: number, address: number, count: number): void
  truth(hour: number): ColumnTruth
  /** Readings of an hour above the high limit. */
  alarmRows(hour: number): number
}

interface ColumnSums {
  count: number
  nan: number
  sum: number
  /** The low bits that do not fit into `sum`. */
  lowBits: number
  min: number
  max: number
  alarmRows: number
}

/** A recorder of one column. Its sums are exact to the last digit or two. */
export function columnRecorder(
  { name, highLimit }: { name: string; highLimit: number | undefined },
  { kernels }: Workbench,
): ColumnRecorder {
  const hours = new Map<number, ColumnSums>()

  const sumsOf = (hour: number): ColumnSums => {
    const known = hours.get(hour)
    if (known !== undefined) return known
    const sums = { count: 0, nan: 0, sum: 0, lowBits: 0, min: Infinity, max: -Infinity, alarmRows: 0 }
    hours.set(hour, sums)
    return sums
  }

  return {
    name,
    highLimit,
    add: (hour, address, count) => {
      const sums = sumsOf(hour)
      kernels.addValues(address, count, sums.sum, sums.lowBits, highLimit ?? Infinity)
      sums.sum = kernels.sum.value
      sums.lowBits = kernels.lost.value
      sums.count += count - kernels.nanCount.value
      sums.nan += kernels.nanCount.value
      sums.min = Math.min(sums.min, kernels.least.value)
      sums.max = Math.max(sums.max, kernels.greatest.value)
      sums.alarmRows += kernels.countAbove.value
    },
    truth: (hour) => {
      const { count, nan, sum, lowBits, min, max } = sumsOf(hour)
      return {
        count,
        nan,
        sum: sum + lowBits,
        min: count === 0 ? null : min,
        max: count === 0 ? null : max,
      }
    },
    alarmRows: (hour) => sumsOf(hour).alarmRows,
  }
}
