import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freeSql } from '@minilake/analytics'
import { duckDbEngine } from '@minilake/analytics/duckdb'
import { duckDbStatements } from '@minilake/catalog'
import { openReadings } from '@minilake/import'
import { folderStore } from '@minilake/ingest'
import { encodeParquet } from '@minilake/parquet'
import { partitionBatches } from '@minilake/partition'
import {
  type Column,
  type ColumnType,
  columnsOf,
  dataFileKey,
  defineTable,
  isNumeric,
  quoteIdentifier,
  sqlTableName,
  type Table,
} from '@minilake/schema'
import fc from 'fast-check'
import { expect, test } from 'vitest'

type Value = Date | string | number | bigint | boolean | null

const columnTypes = Object.keys(isNumeric) as ColumnType[]

/** Any value of a column type, as a row of a query holds it. */
const anyValue: Record<ColumnType, fc.Arbitrary<Value>> = {
  timestamp: fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  }),
  date: fc
    .integer({ min: Date.parse('0001-01-01') / 86_400_000, max: Date.parse('9999-12-31') / 86_400_000 })
    .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10)),
  double: fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity), fc.double()),
  real: fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity), fc.float()),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  integer: fc.integer(),
  boolean: fc.boolean(),
  varchar: fc.oneof(
    fc.constantFrom('', '"', ',', '\r\n', 'NULL', '\u{1F600}', "'"),
    // @duckdb/node-api leaves out a byte order mark at a text's start.
    fc.string({ unit: 'binary' }).filter((text) => !text.startsWith('\u{FEFF}')),
  ),
}

/** Any table: columns of any types and names, partitioned or not, with some rows. */
const anyTable = fc
  .record({
    columns: fc.dictionary(
      fc.oneof(fc.constantFrom('select', 'order', 'from'), fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/)),
      fc.record({ type: fc.constantFrom(...columnTypes), nullable: fc.boolean() }),
      { maxKeys: 5 },
    ),
    isPartitioned: fc.boolean(),
  })
  .map(({ columns, isPartitioned }): Table => {
    const all: Record<string, Column> = { ...columns, event_timestamp: { type: 'timestamp' } }
    const partitions = { partition_day: { from: 'event_timestamp', by: 'day' } } as const
    const table: Table = { name: 'any_table', columns: all, ...(isPartitioned && { partitions }) }
    return (defineTable as (table: Table) => Table)(table)
  })
const anyCase = anyTable.chain((table) => {
  const row = columnsOf(table).map(([, { type, nullable }]) =>
    nullable ? fc.option(anyValue[type], { nil: null, freq: 3 }) : anyValue[type],
  )
  return fc.record({
    table: fc.constant(table),
    rows: fc.array(fc.tuple(...row), { minLength: 1, maxLength: 20 }),
  })
})

function csvOf(table: Table, rows: readonly (readonly Value[])[]): string {
  const lines = rows.map((row) => row.map(csvField).join(','))
  return [Object.keys(table.columns).join(','), ...lines, ''].join('\n')
}

function csvField(value: Value): string {
  if (value === null) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'string') return `"${value.replaceAll('"', '""')}"`
  return Object.is(value, -0) ? '-0' : String(value)
}

test('any rows of any table come back from CSV by import, Parquet, a store and a query', async () => {
  await fc.assert(
    fc.asyncProperty(anyCase, async ({ table, rows }) => {
      const folder = await mkdtemp(join(tmpdir(), 'minilake-imported-'))
      const csv = join(folder, 'rows.csv')
      await writeFile(csv, csvOf(table, rows))
      const readings = await openReadings(table, [csv], { years: [1, 9999] })
      const store = folderStore({ folder: join(folder, 'lake') })
      try {
        for await (const { partition, batches } of partitionBatches(table, readings.batches())) {
          await store.write(dataFileKey(table, { name: 'a', partition }), encodeParquet(table, batches))
        }
      } finally {
        await readings.close()
      }

      const engine = duckDbEngine({ setup: duckDbStatements([table], { root: store.location }) })
      const names = Object.keys(table.columns)
      const found: Value[][] = []
      const query = freeSql(`SELECT ${names.map(quoteIdentifier).join(', ')} FROM ${sqlTableName(table)}`)
      for await (const row of engine.query(query)) found.push(names.map((name) => row[name] as Value))
      await engine.close()
      await rm(folder, { recursive: true })
      expect(sorted(found)).toEqual(sorted(rows))
    }),
    { numRuns: 40 },
  )
})

/** Rows in an order that depends on nothing but them. */
function sorted(rows: readonly (readonly Value[])[]): readonly (readonly Value[])[] {
  const text = (row: readonly Value[]) => row.map((value) => `${typeof value} ${csvField(value)}`).join('\0')
  return rows.toSorted((a, b) => (text(a) < text(b) ? -1 : 1))
}
