import { expect, expectTypeOf, test } from 'vitest'
import { freeSql, query, type Query } from '../src/index.js'

test('free SQL stays as it is', () => {
  expect(freeSql('SELECT 1; -- done')).toEqual({ sql: 'SELECT 1; -- done' })
})

test('rows of free SQL have unknown values', () => {
  expectTypeOf(freeSql('SELECT 1')).toEqualTypeOf<Query<Record<string, unknown>>>()
})

test('a query’s rows are typed by its columns', () => {
  const typed = query('SELECT …', {
    time: { type: 'timestamp' },
    day: { type: 'date' },
    count: { type: 'bigint' },
    mean: { type: 'double', nullable: true },
    good: { type: 'boolean' },
  })
  type Row = typeof typed extends Query<infer R> ? { -readonly [C in keyof R]: R[C] } : never
  expectTypeOf<Row>().toEqualTypeOf<{
    time: Date
    day: string
    count: bigint
    mean: number | null
    good: boolean
  }>()
  expect(Object.keys(typed.columns!)).toEqual(['time', 'day', 'count', 'mean', 'good'])
})

test('a column with an unknown type does not compile', () => {
  // @ts-expect-error there is no such type
  expect(query('SELECT 1 AS v', { v: { type: 'decimal' } }).sql).toBe('SELECT 1 AS v')
})
