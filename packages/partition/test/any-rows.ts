import {
  type Batch,
  type Column,
  columnBuffer,
  type ColumnType,
  columnsOf,
  partitionsOf,
  type Table,
} from '@minilake/schema'
import fc from 'fast-check'

/** A value of a batch: timestamps in microseconds, dates in days, booleans as booleans. */
export type StoredValue = bigint | number | boolean | string | null

/** A row, value by value in the order of its table's columns. */
export type StoredRow = readonly StoredValue[]

const secondMicros = 1_000_000n
const dayMicros = 86_400n * secondMicros
const firstMicros = -719_162n * dayMicros
const lastMicros = 2_932_897n * dayMicros - 1n
const anyInt64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

/** A time in the years 0001 to 9999, often in the days around 1970 and next to midnight. */
export const anyPartitionTime: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: firstMicros, max: lastMicros }),
  fc.constantFrom(firstMicros, lastMicros),
  fc
    .tuple(fc.bigInt({ min: -2n, max: 2n }), fc.bigInt({ min: -2n, max: 2n }))
    .map(([day, micros]) => day * dayMicros + micros),
)

/** Any value of a column type, with a few frequent ones so that rows tie. */
export const anyValue: Record<ColumnType, fc.Arbitrary<StoredValue>> = {
  timestamp: fc.oneof(fc.constantFrom(0n, -1n, 2n ** 32n), anyInt64),
  date: fc.oneof(fc.constantFrom(0, -1, 2 ** 31 - 1, -(2 ** 31)), fc.integer()),
  double: fc.oneof(
    fc.constantFrom(
      0,
      -0,
      NaN,
      Infinity,
      -Infinity,
      1e-310,
      -1e-310,
      1.5,
      -1.5,
      1.5 + 2 ** -52,
      -1.5 - 2 ** -52,
    ),
    fc.double(),
  ),
  real: fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity, -1.5), fc.float()),
  bigint: fc.oneof(fc.constantFrom(0n, -1n, 2n ** 32n), anyInt64),
  integer: fc.oneof(fc.constantFrom(0, -1, 2 ** 31 - 1, -(2 ** 31)), fc.integer()),
  boolean: fc.boolean(),
  varchar: fc.oneof(
    fc.constantFrom('', 'a', 'ab', 'b', '\u{1F600}', '\uFFFD', '\uE000', '\0'),
    fc.string({ unit: 'binary' }),
  ),
}

const everyColumn: Readonly<Record<string, Column>> = Object.fromEntries([
  ...['outer_time', 'inner_time'].map((name) => [name, { type: 'timestamp' }]),
  ...Object.keys(anyValue).flatMap((type) => [
    [`a_${type}`, { type }],
    [`maybe_${type}`, { type, nullable: true }],
  ]),
  // Distinguishes rows that tie.
  ['arrival', { type: 'integer' }],
])

/** A table with every column type, up to two partition levels and up to two sort columns. */
export const anyTable: fc.Arbitrary<Table> = fc
  .record({
    sortedBy: fc.uniqueArray(fc.constantFrom(...Object.keys(everyColumn)), { maxLength: 2 }),
    levels: fc.integer({ min: 0, max: 2 }),
    maybeTime: fc.boolean(),
  })
  .map(({ sortedBy, levels, maybeTime }) => ({
    name: 'every_type',
    columns: { ...everyColumn, inner_time: { type: 'timestamp', nullable: maybeTime } },
    partitions: Object.fromEntries(
      (['outer', 'inner'] as const)
        .slice(0, levels)
        .map((name) => [`${name}_day`, { from: `${name}_time`, by: 'day' as const }]),
    ),
    sortedBy,
  }))

/** Any rows of a table from `anyTable`. */
export function anyRows(table: Table, { maxLength = 40 } = {}): fc.Arbitrary<StoredRow[]> {
  const partitionTimes = partitionsOf(table).map(([, { from }]) => from)
  const values = columnsOf(table).map(([name, { type, nullable }]) => {
    if (partitionTimes.includes(name)) return anyPartitionTime
    return nullable ? fc.option(anyValue[type], { nil: null, freq: 3 }) : anyValue[type]
  })
  return fc
    .array(fc.tuple(...values), { maxLength })
    .map((rows) => rows.map((row, arrival) => row.with(columnIndex(table, 'arrival'), arrival)))
}

/** The index of a column's values in a row. */
export function columnIndex(table: Table, name: string): number {
  return Object.keys(table.columns).indexOf(name)
}

/**
 * Rows as a batch of a table. Buffers hold a value even where a row has none, which nobody may read. A column without nulls has no
 * mask, and the buffers are views that do not start at the beginning of their memory.
 */
export function batchOf<T extends Table>(table: T, rows: readonly StoredRow[]): Batch<T> {
  const columns: Record<string, unknown> = {}
  const nulls: Record<string, Uint8Array> = {}
  columnsOf(table).forEach(([name, { type }], index) => {
    const values = rows.map((row) => row[index] as StoredValue)
    const room = columnBuffer[type](values.length + 1)
    const buffer = Array.isArray(room) ? room.slice(1) : room.subarray(1)
    const unread: StoredValue = Array.isArray(buffer) ? null : buffer instanceof BigInt64Array ? 7n : 7
    values.forEach((value, row) => {
      const stored = typeof value === 'boolean' ? Number(value) : (value ?? unread)
      ;(buffer as { [row: number]: unknown })[row] = stored
    })
    columns[name] = buffer
    if (values.includes(null)) nulls[name] = Uint8Array.from(values, (value) => Number(value === null))
  })
  return { rowCount: rows.length, columns, nulls } as unknown as Batch<T>
}

/** The rows of a batch. */
export function rowsOf(table: Table, batch: Batch): StoredRow[] {
  const nulls = (batch.nulls ?? {}) as Readonly<Record<string, Uint8Array>>
  return Array.from({ length: batch.rowCount }, (_, row) =>
    columnsOf(table).map(([name, { type }]) => {
      if (nulls[name]?.[row] === 1) return null
      const value = (batch.columns[name] as ArrayLike<StoredValue>)[row] as StoredValue
      return type === 'boolean' ? value === 1 : value
    }),
  )
}
