import type { ColumnName, NumericColumnName, Table } from '@minilake/schema'
import type { TimeRange } from './time-range.js'

/** What a table is checked for, in the order of the results. */
export const qualityChecks = [
  'gap',
  'duplicate',
  'out_of_order',
  'stuck',
  'nan',
  'out_of_range',
  'wrong_clock',
] as const

/** One of `qualityChecks`. */
export type QualityCheck = (typeof qualityChecks)[number]

/** From when on a repeated value is stuck: a number of readings, or the seconds from the first to the last of them. */
export type StuckLimit = { readonly readings: number } | { readonly seconds: number }

/**
 * Five equal readings in a row, the point at which the flat line test fails in the example of the QARTOD manual for in-situ temperature and
 * salinity (U.S. IOOS, 2020, test 8). It is for sensors with a fine resolution.
 */
export const defaultStuck = { readings: 5 } as const satisfies StuckLimit

/** The first and the last year in which the time of a reading can be right. */
export const defaultYears = [1990, 2100] as const

/** The rows of a table with the place of each in its file: SQL to read instead of the table, and names of columns. */
export interface RowsInFileOrder {
  /** SQL of a relation, to follow FROM. */
  sql: string
  /** Column that differs between files. */
  file: string
  /** Column that grows within a file. */
  position: string
}

/** Options of `qualityCounts` and `qualityFindings`. */
export interface QualityOptions<T extends Table, C extends ColumnName<T>> extends TimeRange {
  /** The columns that identify a source; each is checked by itself. Default: those of type varchar. */
  by?: readonly C[]
  /** What to check for. Default: all. */
  checks?: readonly QualityCheck[]
  /** Columns to check for NaN, stuck values and values out of range. Default: every numeric one. */
  columns?: readonly NumericColumnName<T>[]
  /**
   * The expected time between readings of a source, to the millisecond. Default: that of the definition, else inferred for each source: the
   * most frequent time between one reading and the next, of several the shortest.
   */
  intervalSeconds?: number
  /** The columns whose values together no two rows share. Default: the key of the definition, else the time and `by`. */
  key?: readonly ColumnName<T>[]
  /** From when on a repeated value is stuck. Default: five readings. */
  stuck?: StuckLimit
  /** The least and the greatest right value by column. Default: the `range` of a column's definition; columns without are not checked. */
  ranges?: { readonly [N in NumericColumnName<T>]?: readonly [least: number, greatest: number] }
  /** The first and the last year in which a time can be right. Default 1990 and 2100. */
  years?: readonly [first: number, last: number]
  /** The rows in the order of their files. Default: none, and rows out of order are not looked for. */
  rowsInFileOrder?: RowsInFileOrder
}
