import type { Column } from './column.js'
import type { ColumnName, Table } from './table.js'

/** The values that `batchesOf` accepts for each column type. */
export interface ColumnInputs {
  /** A Date, or a bigint of microseconds since 1970-01-01 UTC that is a whole number of milliseconds. */
  timestamp: Date | bigint
  /** 'YYYY-MM-DD'. */
  date: string
  double: number
  /** Rounded to 32 bits. */
  real: number
  /** A 64-bit integer: a bigint, or a number that is a safe integer. */
  bigint: bigint | number
  /** A 32-bit integer. */
  integer: number
  boolean: boolean
  varchar: string
}

/** A column that is nullable, or, where the table's type is not known, may be. */
type MayBeNull<C extends Column> = 'nullable' extends keyof C
  ? true extends C['nullable']
    ? true
    : false
  : false

/**
 * A row to be written to a table: the columns of its data files, without partition columns. A nullable column may be null,
 * undefined or missing. Rows that queries return are of type `Row`.
 *
 * @example
 * ```ts
 * import { defineTable, type InputRow } from '@minilake/schema'
 *
 * const turbine = defineTable({
 *   name: 'turbine',
 *   columns: {
 *     event_timestamp: { type: 'timestamp' },
 *     turbine_id: { type: 'varchar' },
 *     power: { type: 'double', nullable: true },
 *   },
 * })
 * const row: InputRow<typeof turbine> = { event_timestamp: new Date(), turbine_id: 'T-1' }
 * ```
 */
export type InputRow<T extends Table> = Flat<
  {
    readonly [
      C in ColumnName<T> as MayBeNull<T['columns'][C]> extends true ? never : C
    ]: ColumnInputs[T['columns'][C]['type']]
  } & {
    readonly [C in ColumnName<T> as MayBeNull<T['columns'][C]> extends true ? C : never]?:
      ColumnInputs[T['columns'][C]['type']] | null | undefined
  }
>

type Flat<Members> = { [M in keyof Members]: Members[M] }
