import { columnsOf, defineTable, pump } from '@minilake/schema'
import { parquetMetadata } from 'hyparquet'
import { expect, test } from 'vitest'
import { describeElement, schemaElements } from '../../src/file/schema-elements.js'
import { encodeParquet } from '../../src/index.js'
import { everyType } from '../every-type.js'
import { bytesOf } from '../read-back.js'

const writtenSchema = (table: typeof everyType | typeof pump) =>
  parquetMetadata(bytesOf(encodeParquet(table, [])).buffer).schema

test('a file of table pump has four REQUIRED columns, with the time as a wall clock in microseconds', () => {
  expect(writtenSchema(pump)).toEqual([
    { name: 'pump', num_children: 4 },
    {
      name: 'event_timestamp',
      type: 'INT64',
      repetition_type: 'REQUIRED',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
    },
    { name: 'pressure', type: 'DOUBLE', repetition_type: 'REQUIRED' },
    { name: 'velocity', type: 'DOUBLE', repetition_type: 'REQUIRED' },
    { name: 'speed', type: 'DOUBLE', repetition_type: 'REQUIRED' },
  ])
})

test('the time has no converted type, which would mean that it is adjusted to UTC', () => {
  expect(writtenSchema(pump)[1]!.converted_type).toBeUndefined()
})

test('every column type has its Parquet type, OPTIONAL when the column is nullable', () => {
  const described = writtenSchema(everyType)
    .slice(1)
    .map((element) => `${element.name}: ${element.repetition_type} ${describeElement(element)}`)
  expect(described).toEqual([
    'a_timestamp: REQUIRED INT64 TIMESTAMP(MICROS,false)',
    'a_date: REQUIRED INT32 DATE',
    'a_double: REQUIRED DOUBLE',
    'a_real: REQUIRED FLOAT',
    'a_bigint: REQUIRED INT64',
    'an_integer: REQUIRED INT32',
    'a_boolean: REQUIRED BOOLEAN',
    'a_varchar: REQUIRED BYTE_ARRAY STRING',
    'maybe_timestamp: OPTIONAL INT64 TIMESTAMP(MICROS,false)',
    'maybe_date: OPTIONAL INT32 DATE',
    'maybe_double: OPTIONAL DOUBLE',
    'maybe_real: OPTIONAL FLOAT',
    'maybe_bigint: OPTIONAL INT64',
    'maybe_integer: OPTIONAL INT32',
    'maybe_boolean: OPTIONAL BOOLEAN',
    'maybe_varchar: OPTIONAL BYTE_ARRAY STRING',
  ])
})

test('a file has exactly the schema of its table', () => {
  expect(writtenSchema(everyType)).toEqual(schemaElements(everyType))
})

test('partition columns are not in the file', () => {
  const daily = defineTable({
    name: 'daily',
    columns: { time: { type: 'timestamp' } },
    partitions: { event_date: { from: 'time', by: 'day' } },
  })
  expect(schemaElements(daily).map(({ name }) => name)).toEqual([
    'daily',
    ...columnsOf(daily).map(([name]) => name),
  ])
})

test('describes the types of other writers in the terms of the Parquet documents', () => {
  expect(
    [
      { type: 'INT96' as const },
      { type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const },
      { type: 'INT64' as const, converted_type: 'TIMESTAMP_MICROS' as const },
      {
        type: 'INT64' as const,
        logical_type: { type: 'TIME' as const, isAdjustedToUTC: true, unit: 'NANOS' as const },
      },
    ].map((element) => describeElement({ name: 'foreign', ...element })),
  ).toEqual(['INT96', 'BYTE_ARRAY STRING', 'INT64 TIMESTAMP_MICROS', 'INT64 TIME(NANOS,true)'])
})
