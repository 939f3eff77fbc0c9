/** The types a column can have; each has one line per target (Parquet, Hive, DuckDB, …) in a `Record<ColumnType, …>`. */
export type ColumnType =
  'timestamp' | 'date' | 'double' | 'real' | 'bigint' | 'integer' | 'boolean' | 'varchar'

/** One column of a table. */
export interface Column {
  readonly type: ColumnType
  /** Meaning and unit, for people: becomes the column's COMMENT in the catalog. */
  readonly comment?: string
  /** Whether a reading may lack a value here. Default false. */
  readonly nullable?: boolean
  /** High alarm limit in the column's own unit: a reading strictly above it is an alarm row. */
  readonly highLimit?: number
  /** How far below `highLimit` a reading must come for an alarm to end, in the column's own unit. Default 0. */
  readonly deadband?: number
  /** How long readings must be over `highLimit` before an alarm is raised, in seconds. Default 0. */
  readonly onDelaySeconds?: number
  /** How long readings must be below `highLimit` − `deadband` before an alarm ends, in seconds. Default 0. */
  readonly offDelaySeconds?: number
}

/** How a column's values lie in a batch: one entry per row. */
export interface ColumnBuffers {
  /** Epoch microseconds of the UTC wall clock, no zone. */
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

/** How a column's value reads in a row of a query's result. */
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

/** Makes an empty buffer of a column type for `rowCount` rows. */
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

/** Whether a column type is a quantity that averages and limits make sense for. */
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
