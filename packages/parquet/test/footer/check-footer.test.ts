import { defineTable } from '@minilake/schema'
import type { SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { checkFooter, encodeParquet, readFooter } from '../../src/index.js'
import { batchOf, everyType } from '../every-type.js'
import { bytesOf, fileOf } from '../read-back.js'

const gauge = defineTable({
  name: 'gauge',
  columns: { time: { type: 'timestamp' }, level: { type: 'double' } },
})
const time: SchemaElement = {
  name: 'time',
  type: 'INT64',
  repetition_type: 'REQUIRED',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
}
const level: SchemaElement = { name: 'level', type: 'DOUBLE', repetition_type: 'REQUIRED' }
const stamp = (isAdjustedToUTC: boolean, unit: 'MILLIS' | 'MICROS'): SchemaElement => ({
  ...time,
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit },
})
const times = [0n, 1_000_000n]

/** The footer of a file from another writer. */
async function foreign(...columns: [SchemaElement, unknown[]][]) {
  const bytes = parquetWriteBuffer({
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(([element]) => element)],
    columnData: columns.map(([{ name }, data]) => ({ name, data })),
  })
  return readFooter(fileOf(new Uint8Array(bytes)))
}

test('accepts our own files, with and without rows', async () => {
  const batch = batchOf(everyType, [
    [0n, 0, 0, 0, 0n, 0, false, '', null, null, null, null, null, null, null, null],
  ])
  for (const batches of [[], [batch]]) {
    const footer = await readFooter(fileOf(bytesOf(encodeParquet(everyType, batches))))
    expect(() => checkFooter(everyType, footer)).not.toThrow()
  }
})

test('accepts a file of another writer with its columns in any order', async () => {
  const footer = await foreign([level, [1, 2]], [time, times])
  expect(() => checkFooter(gauge, footer)).not.toThrow()
})

test.each<[string, [SchemaElement, unknown[]][], string]>([
  ['a missing column', [[time, times]], 'column level is missing, the file has time'],
  [
    'an extra column',
    [
      [time, times],
      [level, [1, 2]],
      [{ ...level, name: 'depth' }, [1, 2]],
    ],
    'the file has columns that the table lacks: depth',
  ],
  [
    'a wrong type',
    [
      [time, times],
      [{ ...level, type: 'FLOAT' }, [1, 2]],
    ],
    'column level expected DOUBLE, got FLOAT',
  ],
  [
    'milliseconds',
    [
      [stamp(false, 'MILLIS'), times],
      [level, [1, 2]],
    ],
    'column time expected INT64 TIMESTAMP(MICROS,false), got INT64 TIMESTAMP(MILLIS,false)',
  ],
  [
    'times adjusted to UTC',
    [
      [stamp(true, 'MICROS'), times],
      [level, [1, 2]],
    ],
    'column time expected INT64 TIMESTAMP(MICROS,false), got INT64 TIMESTAMP(MICROS,true)',
  ],
  [
    'times as plain numbers',
    [
      [{ name: 'time', type: 'INT64', repetition_type: 'REQUIRED' }, times],
      [level, [1, 2]],
    ],
    'column time expected INT64 TIMESTAMP(MICROS,false), got INT64',
  ],
  [
    'missing values',
    [
      [time, times],
      [{ ...level, repetition_type: 'OPTIONAL' }, [1, null]],
    ],
    'column level expected a value in every row, got 1 null',
  ],
])('refuses %s and says why', async (_, columns, words) => {
  const footer = await foreign(...columns)
  expect(() => checkFooter(gauge, footer)).toThrow(new TypeError(`does not fit table gauge: ${words}`))
})

test('accepts an OPTIONAL column when no value is missing', async () => {
  const footer = await foreign([time, times], [{ ...level, repetition_type: 'OPTIONAL' }, [1, 2]])
  expect(() => checkFooter(gauge, footer)).not.toThrow()
})

test('refuses an OPTIONAL column when the file does not count its nulls', async () => {
  const bytes = parquetWriteBuffer({
    schema: [{ name: 'root', num_children: 2 }, time, { ...level, repetition_type: 'OPTIONAL' }],
    columnData: [
      { name: 'time', data: times },
      { name: 'level', data: [1, 2] },
    ],
    statistics: false,
  })
  const footer = await readFooter(fileOf(new Uint8Array(bytes)))
  expect(() => checkFooter(gauge, footer)).toThrow(
    'column level expected a value in every row, got an unknown number of nulls',
  )
})

test('accepts a REQUIRED column for a nullable one', async () => {
  const loose = defineTable({
    name: 'loose',
    columns: { time: { type: 'timestamp' }, level: { type: 'double', nullable: true } },
  })
  const footer = await foreign([time, times], [level, [1, 2]])
  expect(() => checkFooter(loose, footer)).not.toThrow()
})
