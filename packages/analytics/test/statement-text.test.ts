import { expect, test } from 'vitest'
import { splitStatements, statementText } from '../src/statement-text.js'

test.each([
  'SELECT 1',
  'SELECT 1 - -1',
  "SELECT ';'",
  "SELECT ';-- it''s'",
  'SELECT ";-- a"',
  'SELECT "a""; --"',
  "SELECT E'it\\'s; -- x'",
  'SELECT $$a; -- b$$',
  'SELECT $tag$a; $$ -- b$tag$',
  'WITH FUNCTION f() RETURNS int BEGIN RETURN 1; END SELECT f()',
  '/* one */ SELECT -- two;\n 1',
  "SELECT 'open; -- ",
])('%j stays as it is', (sql) => {
  expect(statementText(sql)).toBe(sql)
})

test.each([';', ' ; ;\n', '-- done', '; -- done', "; -- it's", ';/* a; */;\n-- b\n', ' /* open;'])(
  '%j at the end is left out',
  (end) => {
    for (const sql of [
      'SELECT 1',
      "SELECT ''",
      "SELECT 'a''b'",
      'SELECT "a"',
      "SELECT E'\\''",
      'SELECT $$a$$',
    ])
      expect(statementText(`${sql}${end}`)).toBe(sql)
  },
)

test.each(['', ' ', ';', '-- nothing', '/* SELECT 1 */;'])('%j is no statement', (sql) => {
  expect(statementText(sql)).toBe('')
})

test('a long text takes little time', () => {
  const text = 'x'.repeat(5_000_000)
  expect(statementText(`SELECT '${text}', E'${text}' /* ${text} */; -- ${text}`)).toHaveLength(
    10_000_000 + 14,
  )
})

test.each([
  ['SELECT 1;\n', ['SELECT 1'], '\n'],
  ['SELECT 1; SELECT 2;', ['SELECT 1', ' SELECT 2'], ''],
  [';; -- none;\n;', [], ''],
  ["SELECT ';' -- a;\n/* b; */ FROM t;", ["SELECT ';' -- a;\n/* b; */ FROM t"], ''],
  ['SELECT 1;\nSELECT\n', ['SELECT 1'], '\nSELECT\n'],
  ["SELECT ';\n", [], "SELECT ';\n"],
])('%j is split into the statements that it ends and the rest', (sql, statements, rest) => {
  expect(splitStatements(sql)).toEqual({ statements, rest })
})
