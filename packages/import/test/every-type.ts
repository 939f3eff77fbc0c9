import { type ColumnType, columnsOf, defineTable, type Table } from '@minilake/schema'
import fc from 'fast-check'
import type { HeldValue } from './read-files.js'

/** A table with two columns of every type, one of them nullable. */
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

const [firstMilli, lastMilli] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')]
const [firstDay, lastDay] = [Math.floor(firstMilli / 86_400_000), Math.floor(lastMilli / 86_400_000)]

/** Any value of a column type that a text file can hold, often an edge case. */
const anyValue: Record<ColumnType, fc.Arbitrary<HeldValue>> = {
  timestamp: fc
    .oneof(fc.integer({ min: firstMilli, max: lastMilli }), fc.constantFrom(firstMilli, lastMilli, -1, 0))
    .map((millis) => BigInt(millis) * 1000n),
  date: fc.oneof(fc.integer({ min: firstDay, max: lastDay }), fc.constantFrom(firstDay, lastDay, -1)),
  double: fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity, Number.MAX_VALUE, 5e-324), fc.double()),
  real: fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity), fc.float()),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  integer: fc.integer(),
  boolean: fc.constantFrom(0, 1),
  varchar: fc.oneof(
    fc.constantFrom('', ' ', ',', '"', '""', '\n', '\r\n', '\r', 'NULL', 'NaN', '\u{1F600}', '\0', "'", '\\'),
    fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'ä', "'", ';', '\t') }),
    // @duckdb/node-api drops a byte order mark at the start of a text.
    fc.string({ unit: 'binary' }).filter((text) => !text.startsWith('\u{FEFF}')),
  ),
}

/** One or more arbitrary rows of a table. */
export function anyRows(table: Table): fc.Arbitrary<HeldValue[][]> {
  const row = columnsOf(table).map(([, { type, nullable }]) =>
    nullable ? fc.option(anyValue[type], { nil: null, freq: 3 }) : anyValue[type],
  )
  return fc.array(fc.tuple(...row), { minLength: 1, maxLength: 40 })
}

const isoTime = (micros: HeldValue) => new Date(Number((micros as bigint) / 1000n)).toISOString()

/** A value as a text that reads back as the same value. */
export const textOf: Record<ColumnType, (value: HeldValue) => string> = {
  timestamp: (value) => isoTime(value),
  date: (value) => new Date((value as number) * 86_400_000).toISOString().slice(0, 10),
  double: numberText,
  real: numberText,
  bigint: String,
  integer: String,
  boolean: (value) => String(value === 1),
  varchar: String,
}

function numberText(value: HeldValue): string {
  return Object.is(value, -0) ? '-0.0' : String(value) // in JSON, DuckDB takes -0 for a whole number
}
