import type { AlarmDefinition } from './alarm-definition.js'

/** The type of a column. Each target (Parquet, Hive, DuckDB, …) maps it in a `Record<ColumnType, …>`, one line per type. */
export type ColumnType =
  'timestamp' | 'date' | 'double' | 'real' | 'bigint' | 'integer' | 'boolean' | 'varchar'

/** One column of a table. */
export interface Column {
  readonly type: ColumnType
  /** Meaning and unit, for people. Becomes the column's COMMENT in the catalog. */
  readonly comment?: string
  /** Whether a reading may lack a value in this column. Default false. */
  readonly nullable?: boolean
  /** High alarm limit in the column's unit: a reading strictly above it is an alarm row. Default: no limit. */
  readonly highLimit?: number
  /** How far below `highLimit` a reading must fall for an alarm to end, in the column's unit. Default 0. */
  readonly deadband?: number
  /** How long readings must stay above `highLimit` before an alarm is raised, in seconds. Default 0. */
  readonly onDelaySeconds?: number
  /** How long readings must stay at or below `highLimit` − `deadband` before an alarm ends, in seconds. Default 0. */
  readonly offDelaySeconds?: number
  /** More alarm rules, on either side; `highLimit` stands for one, named after the column: `pressure_high`. Default: none. */
  readonly alarms?: readonly AlarmDefinition[]
  /** The least and the greatest value that can be right, in the column's unit. Default: any. */
  readonly range?: readonly [least: number, greatest: number]
}

/** The buffer of each column type in a batch, with one entry per row. */
export interface ColumnBuffers {
  /** Microseconds since 1970-01-01 UTC, without a zone. */
  timestamp: BigInt64Array
  /** Days since 1970-01-01. */
  date: Int32Array
  double: Float64Array
  real: Float32Array
  bigint: BigInt64Array
  integer: Int32Array
  /** 0 or 1. */
  boolean: Uint8Array
  varchar: string[]
}

/** The JavaScript value of each column type in a row of a query result. */
export interface ColumnValues {
  /** UTC, to the millisecond. */
  timestamp: Date
  /** 'YYYY-MM-DD'. */
  date: string
  double: number
  real: number
  bigint: bigint
  integer: number
  boolean: boolean
  varchar: string
}

/** Allocates a buffer for `rowCount` rows of each column type, filled with zeros or empty texts. */
export const columnBuffer: { [T in ColumnType]: (rowCount: number) => ColumnBuffers[T] } = {
  timestamp: (rowCount) => new BigInt64Array(rowCount),
  date: (rowCount) => new Int32Array(rowCount),
  double: (rowCount) => new Float64Array(rowCount),
  real: (rowCount) => new Float32Array(rowCount),
  bigint: (rowCount) => new BigInt64Array(rowCount),
  integer: (rowCount) => new Int32Array(rowCount),
  boolean: (rowCount) => new Uint8Array(rowCount),
  varchar: (rowCount) => new Array<string>(rowCount).fill(''),
}

/** Whether a column type is a quantity, for which averages and limits make sense. */
export const isNumeric: Record<ColumnType, boolean> = {
  timestamp: false,
  date: false,
  double: true,
  real: true,
  bigint: true,
  integer: true,
  boolean: false,
  varchar: false,
}
