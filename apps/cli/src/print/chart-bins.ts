import type { TimeColumns } from './time-axis.js'

/** A value of a window of time. Null and numbers that are not finite are gaps. */
export interface ChartPoint {
  /** When the window begins. */
  time: Date
  /** When it ends. Default: the length of a window later. */
  end?: Date
  value: number | null
  /** The least and greatest value in the window. Default: `value`. */
  min?: number | null
  max?: number | null
}

/** Values over time under one name. */
export interface ChartSeries {
  name: string
  points: readonly ChartPoint[]
}

/** What a column of the picture shows of a series. */
export interface Bin {
  mean: number
  count: number
  min: number
  max: number
}

/** Whether a value is a number to draw. */
export const isValue = (value: number | null | undefined): value is number => Number.isFinite(value)

/** As many columns as there is room for: a whole number of windows each, or of columns a window. */
export function columnsOf(series: readonly ChartSeries[], stepMillis: number, room: number): TimeColumns {
  let [start, end] = [Infinity, -Infinity]
  for (const { points } of series) {
    for (const point of points) {
      start = Math.min(start, point.time.getTime())
      end = Math.max(end, endOf(point, stepMillis))
    }
  }
  // Calendar windows are a little longer or shorter than the step.
  const windows = Math.max(Math.ceil((end - start) / stepMillis - 0.1), 1)
  const columnMillis =
    windows > room
      ? stepMillis * Math.ceil(windows / room)
      : stepMillis / Math.min(Math.floor(room / windows), 8)
  // The columns whose middle is covered, and that of the last window's middle.
  const covered = Math.ceil((end - start) / columnMillis - 0.5 - 1e-6)
  const columns = Math.max(covered, Math.floor((end - start - stepMillis / 2) / columnMillis) + 1, 1)
  return { start, columnMillis, columns: Math.min(columns, room) }
}

/** What each column shows; undefined where there is no value. */
export function binsOf(
  points: readonly ChartPoint[],
  { start, columnMillis, columns }: TimeColumns,
  stepMillis: number,
): (Bin | undefined)[] {
  const bins = new Array<Bin | undefined>(columns).fill(undefined)
  for (const point of points) {
    const { time, value, min, max } = point
    // A window is in the columns whose middle it covers, else in the one that its own middle is in: months differ in length.
    const [from, to] = [time.getTime() - start, endOf(point, stepMillis) - start]
    const covered = Math.ceil(from / columnMillis - 0.5 - 1e-6)
    const last = Math.ceil(to / columnMillis - 0.5 - 1e-6) - 1
    const first = covered <= last ? covered : Math.floor((from + to) / 2 / columnMillis)
    const lastShown = Math.min(Math.max(last, first), columns - 1)
    for (let column = Math.min(first, lastShown); column <= lastShown; column += 1) {
      const bin = (bins[column] ??= { mean: 0, count: 0, min: Infinity, max: -Infinity })
      bin.count += 1
      // Not as a sum, which may be too large for a double.
      bin.mean += (value as number) / bin.count - bin.mean / bin.count
      bin.min = Math.min(bin.min, isValue(min) ? min : (value as number))
      bin.max = Math.max(bin.max, isValue(max) ? max : (value as number))
    }
  }
  return bins
}

function endOf({ time, end }: ChartPoint, stepMillis: number): number {
  return end?.getTime() ?? time.getTime() + stepMillis
}
