import { expect, test } from 'vitest'
import { duckDbEngine } from '../../src/duckdb/duckdb-engine.js'
import { freeSql, type QueryError } from '../../src/index.js'
import { takeAll } from '../take-all.js'

const engine = duckDbEngine()

test.each([
  ['SELECT levle', 1, 8],
  ['SELECT 1 AS a,\n  levle', 2, 3],
  ['SELECT 1 FORM x y', 1, 15],
  [`SELECT ${'1 + '.repeat(60)}levle${' + 1'.repeat(60)}`, 1, 248],
])('the error of %j is at line %i, character %i', async (sql, line, column) => {
  const error = await takeAll(engine.query(freeSql(sql))).catch((error: unknown) => error as QueryError)
  expect(error).toMatchObject({ line, column })
})

test('an error without a place has none', async () => {
  const error = await takeAll(engine.query(freeSql("SELECT error('LINE 1')"))).catch(
    (error: unknown) => error,
  )
  expect(error).not.toHaveProperty('line')
})
