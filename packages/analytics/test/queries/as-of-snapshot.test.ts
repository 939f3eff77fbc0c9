import { defineTable } from '@minilake/schema'
import { expect, test } from 'vitest'
import { asOfSnapshot, freeSql, hourlyAverages, sqlText } from '../../src/index.js'
import { trinoDialect } from '../../src/trino/trino-dialect.js'

const columns = { event_timestamp: { type: 'timestamp' }, power: { type: 'double' } } as const
const turbine = defineTable({ name: 'turbine', columns })
const name = '"hive"."iot_dw"."turbine"'
const sqlAt = (sql: string) => sqlText(asOfSnapshot(freeSql(sql), turbine, '42'), trinoDialect)

test('a built-in query reads the table as of the snapshot, with the same columns', () => {
  const query = hourlyAverages(turbine, ['power'])
  const past = asOfSnapshot(query, turbine, '42')
  expect(past.columns).toBe(query.columns)
  expect(sqlText(past, trinoDialect)).toContain(`FROM ${name} FOR VERSION AS OF 42`)
})

test('names of other tables, and texts that hold the name, stay', () => {
  const other = `SELECT '${name}', 'it''s ${name}' AS "it's" FROM "hive"."iot_dw"."turbine_old"`
  expect(sqlAt(other)).toBe(other)
  expect(sqlAt(`SELECT "it's" FROM ${name} t JOIN ${name} u`)).toBe(
    `SELECT "it's" FROM ${name} FOR VERSION AS OF 42 t JOIN ${name} FOR VERSION AS OF 42 u`,
  )
})

test('refuses what is no ID', () => {
  expect(() => asOfSnapshot(freeSql('SELECT 1'), turbine, '4; DROP')).toThrow(
    'snapshot expected the digits of an ID, got "4; DROP"',
  )
})
