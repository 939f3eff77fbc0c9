import {
  type Batch,
  columnBuffer,
  type ColumnType,
  columnsOf,
  defineTable,
  type Table,
} from '@minilake/schema'
import fc from 'fast-check'

/** A table with a column of every type, and a nullable one of every type. */
export const everyType = defineTable({
  name: 'every_type',
  columns: {
    a_timestamp: { type: 'timestamp' },
    a_date: { type: 'date' },
    a_double: { type: 'double' },
    a_real: { type: 'real' },
    a_bigint: { type: 'bigint' },
    an_integer: { type: 'integer' },
    a_boolean: { type: 'boolean' },
    a_varchar: { type: 'varchar' },
    maybe_timestamp: { type: 'timestamp', nullable: true },
    maybe_date: { type: 'date', nullable: true },
    maybe_double: { type: 'double', nullable: true },
    maybe_real: { type: 'real', nullable: true },
    maybe_bigint: { type: 'bigint', nullable: true },
    maybe_integer: { type: 'integer', nullable: true },
    maybe_boolean: { type: 'boolean', nullable: true },
    maybe_varchar: { type: 'varchar', nullable: true },
  },
})

/** A value as a file stores it: timestamps in microseconds, dates in days. */
export type StoredValue = bigint | number | boolean | string | null

/** Any value of a column type, often an edge. Few distinct values, so that columns repeat and get a dictionary. */
const anyValue: Record<ColumnType, fc.Arbitrary<StoredValue>> = {
  timestamp: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  date: fc.integer(),
  double: fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity), fc.double()),
  real: fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity), fc.float()),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  integer: fc.integer(),
  boolean: fc.boolean(),
  varchar: fc.oneof(
    fc.constantFrom('', '\u{1F600}', '\uFFFD', 'ä', "'", '\0', 'x'.repeat(40)),
    // @duckdb/node-api drops a byte order mark at the start of a text.
    fc.string({ unit: 'binary' }).filter((text) => !text.startsWith('\uFEFF')),
  ),
}

/** Any rows of a table, as values by column. */
export function anyRows(table: Table, { maxLength = 60 } = {}): fc.Arbitrary<StoredValue[][]> {
  const row = columnsOf(table).map(([, { type, nullable }]) =>
    nullable ? fc.option(anyValue[type], { nil: null, freq: 3 }) : anyValue[type],
  )
  const rows = fc.array(fc.tuple(...row), { maxLength })
  // Dictionaries pay when a few rows repeat.
  const repeated = fc
    .tuple(fc.array(fc.tuple(...row), { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: maxLength }))
    .map(([some, times]) => Array.from({ length: times }, () => some).flat())
  return fc.oneof(rows, repeated)
}

/** Rows as a batch of a table. */
export function batchOf<T extends Table>(table: T, rows: readonly (readonly StoredValue[])[]): Batch<T> {
  const columns = columnsOf(table).map(([name, { type, nullable }], index) => {
    const values = rows.map((row) => row[index] as StoredValue)
    const buffer = columnBuffer[type](rows.length) as { [row: number]: unknown }
    values.forEach((value, row) => {
      if (value !== null) buffer[row] = type === 'boolean' ? Number(value) : value
    })
    return { name, nullable, buffer, nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)) }
  })
  return {
    rowCount: rows.length,
    columns: Object.fromEntries(columns.map(({ name, buffer }) => [name, buffer])),
    nulls: Object.fromEntries(
      columns.filter(({ nullable }) => nullable).map(({ name, nulls }) => [name, nulls]),
    ),
  } as unknown as Batch<T>
}
