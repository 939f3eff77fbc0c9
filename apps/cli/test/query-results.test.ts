import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { finished, type Minilake, minilakeIn, startMinilake } from './run-minilake.js'

let folder: string
let minilake: Minilake
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'minilake-results-')))
  minilake = minilakeIn(folder)
  const columns = {
    event_timestamp: { type: 'timestamp' },
    name: { type: 'varchar', nullable: true },
    level: { type: 'double', nullable: true },
    small: { type: 'real' },
    count: { type: 'bigint' },
    step: { type: 'integer' },
    day: { type: 'date' },
    good: { type: 'boolean' },
  }
  const tables = ['gauge', 'copy'].map((name) => ({ name, columns }))
  await writeFile(join(folder, 'minilake.config.json'), JSON.stringify({ tables }))
  await writeFile(
    join(folder, 'gauge.csv'),
    `event_timestamp,name,level,small,count,step,day,good
2026-01-01T00:00:00.001Z,"a, ""b"" ä",0.1,0.1,9007199254740993,-1,2026-02-28,true
2026-01-01T00:00:01Z,,NaN,-1.5,-5,2147483647,1999-12-31,false
2026-01-02T00:00:02Z,x,-0,1e-45,0,0,2026-01-01,true
2026-01-02T00:00:03Z,x,,0,0,0,2026-01-01,true
2026-01-02T00:00:04Z,x,Infinity,0,0,0,2026-01-01,true
`,
  )
  const { code, stderr } = await minilake('import', 'gauge.csv', '--table', 'gauge')
  expect(code, stderr).toBe(0)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const all = 'SELECT * FROM hive.iot_dw.gauge ORDER BY event_timestamp'

test('CSV that is printed can be imported unchanged', async () => {
  const { code, stderr } = await minilake('query', 'sql', all, '-o', 'copy.csv')
  expect([code, stderr]).toEqual([0, '5 rows in copy.csv\n'])
  const imported = await minilake('import', 'copy.csv', '--table', 'copy')
  expect(imported.code, imported.stderr).toBe(0)
  const { stdout } = await minilake('query', 'sql', all, '--format', 'csv')
  expect((await minilake('query', 'sql', all.replace('gauge', 'copy'), '--format', 'csv')).stdout).toBe(
    stdout,
  )
  expect(await readFile(join(folder, 'copy.csv'), 'utf8')).toBe(stdout)
})

test('a result is written as Parquet, with its types', async () => {
  const run = await minilake('query', 'sql', all, '-o', 'copy.parquet', '--limit', '3')
  expect([run.code, run.stdout, run.stderr]).toEqual([0, '', '3 rows in copy.parquet\n'])
  const file = await asyncBufferFromFile(join(folder, 'copy.parquet'))
  expect(await parquetReadObjects({ file })).toEqual([
    {
      event_timestamp: new Date('2026-01-01T00:00:00.001Z'),
      name: 'a, "b" ä',
      level: 0.1,
      small: Math.fround(0.1),
      count: 9007199254740993n,
      step: -1,
      day: new Date('2026-02-28'),
      good: true,
    },
    expect.objectContaining({ name: null, level: NaN, count: -5n, step: 2147483647 }),
    expect.objectContaining({ level: -0 }),
  ])
  const hourly = await minilake('query', 'hourly', '--table', 'gauge', '-o', 'hours.parquet')
  expect(hourly.stderr).toBe('2 rows in hours.parquet\n')
  expect((await minilake('files', '--table', 'gauge', '-o', 'files.parquet')).stderr).toBe(
    '1 row in files.parquet\n',
  )
})

test('a file is replaced only by a complete result', async () => {
  await writeFile(join(folder, 'kept.csv'), 'kept')
  const failing = `SELECT CASE WHEN count > 0 THEN error('stop') END FROM hive.iot_dw.gauge`
  expect((await minilake('query', 'sql', failing, '-o', 'kept.csv')).code).toBe(1)
  expect(await readFile(join(folder, 'kept.csv'), 'utf8')).toBe('kept')
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([])
  expect((await minilake('query', 'sql', 'SELECT 1 AS v', '-o', 'kept.csv')).code).toBe(0)
  expect(await readFile(join(folder, 'kept.csv'), 'utf8')).toBe('v\n1\n')
})

test.each([
  [
    ['-o', 'x.xlsx'],
    '--output expected a name that ends in .parquet, .csv, .ndjson, .json or .txt, or a --format, got x.xlsx',
  ],
  [['-o', '.', '--format', 'csv'], '. expected the name of a file, got a folder'],
  [['-o', 'no/x.csv'], 'no/x.csv cannot be written: ENOENT: no such file or directory'],
  [['--format', 'parquet'], '--format parquet expected a file to write to: add -o result.parquet'],
])('refuses %j', async (args, message) => {
  const { code, stdout, stderr } = await minilake('query', 'sql', 'SELECT 1 AS v', ...args)
  expect(stderr).toContain(message)
  expect([code, stdout]).toEqual([2, ''])
})

const piped = (text: string, ...args: string[]) => {
  const child = startMinilake(folder, args)
  child.stdin.end(text)
  return finished(child)
}

test('a statement comes from a file or from standard input, and an error shows its place', async () => {
  await writeFile(join(folder, 'count.sql'), '-- how many\nSELECT count(*) AS n\nFROM hive.iot_dw.gauge;\n')
  expect((await minilake('query', 'sql', '-f', 'count.sql', '--format', 'csv')).stdout).toBe('n\n5\n')
  expect((await piped('SELECT 7 AS n', 'query', 'sql', '-', '--format', 'csv')).stdout).toBe('n\n7\n')

  await writeFile(join(folder, 'wrong.sql'), 'SELECT count(*) AS n,\n  levle\nFROM hive.iot_dw.gauge')
  const { code, stderr } = await minilake('query', 'sql', '-f', 'wrong.sql')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^minilake: Binder Error: .*levle.*\nline 2: {3}levle\n {10}\^\n$/)
  expect((await minilake('query', 'sql', 'SELECT 1 FORM x y')).stderr).toMatch(
    /syntax error.*\nline 1: SELECT 1 FORM x y\n {22}\^\n$/,
  )
  const json = await minilake('query', 'sql', '-f', 'wrong.sql', '--json')
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { line: 2, column: 3 } })
})

test.each([
  [[], 'query sql expected a statement, - for standard input, or --file, got nothing'],
  [
    ['SELECT 1', '-f', 'count.sql'],
    'query sql expected a statement, - for standard input, or --file, got two of these',
  ],
  [['-f', 'missing.sql'], '--file missing.sql cannot be read'],
])('query sql refuses %j', async (args, message) => {
  const { code, stderr } = await minilake('query', 'sql', ...args)
  expect(stderr).toContain(message)
  expect(code).toBe(2)
})

test('minilake sql runs the statements of its standard input, up to the first error', async () => {
  const text = `.tables\nSELECT ';' AS a,\n  1 AS b; -- one\nSELECT 2 AS c`
  const { code, stdout, stderr } = await piped(text, 'sql', '--format', 'csv')
  expect(stdout).toMatch(/^hive\.iot_dw\.gauge: event_timestamp timestamp, .*\n.*\na,b\n;,1\nc\n2\n$/)
  expect([code, stderr]).toEqual([0, ''])

  const failing = await piped('SELECT 1 AS a;\nSELECT x;\nSELECT 2 AS b;\n', 'sql', '--format', 'csv')
  expect([failing.code, failing.stdout]).toEqual([1, 'a\n1\n'])
  expect(failing.stderr).toContain('line 2: SELECT x\n               ^\n')
  expect((await piped('.quit\nSELECT 1;\n', 'sql')).stdout).toBe('')
})

test('an error of minilake sql names the line of the input', async () => {
  const { stderr } = await piped('.tables\n-- one\nSELECT 1 AS a; SELECT\n  2 AS b; SELECT x;\n', 'sql')
  expect(stderr).toContain('line 4:   2 AS b; SELECT x\n                         ^\n')
  const json = await piped('SELECT 1 AS a; SELECT x;\n', 'sql', '--json')
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { line: 1, column: 23 } })
})

test('minilake sql -o writes the result of one statement, and refuses several before it runs any', async () => {
  const one = await piped('-- one\nSELECT 1 AS a\n;\n', 'sql', '-o', 'one.csv')
  expect([one.code, one.stderr]).toEqual([0, '1 row in one.csv\n'])
  expect(await readFile(join(folder, 'one.csv'), 'utf8')).toBe('a\n1\n')
  const two = await piped('SELECT 1 AS a;\nSELECT 2 AS b', 'sql', '-o', 'two.csv')
  expect([two.code, two.stderr]).toEqual([
    2,
    'minilake: --output expected one statement, got 2: two.csv holds one result\n',
  ])
  await expect(readFile(join(folder, 'two.csv'))).rejects.toThrow('ENOENT')
})

test('minilake sql takes several statements in a line, and comments and semicolons without one', async () => {
  const text = '-- first; of two\n.tables\n;;\nSELECT 1 AS a; SELECT 2 AS b;\n/* done;\n; */\n-- done\n'
  const { code, stdout, stderr } = await piped(text, 'sql', '--format', 'csv')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^hive\.iot_dw\.gauge: .*\n.*\na\n1\nb\n2\n$/)

  const unknown = await piped('.table\nSELECT 1;\n', 'sql')
  expect([unknown.code, unknown.stdout]).toEqual([2, ''])
  expect(unknown.stderr).toContain('expected .tables, .help or .quit, got .table')
})

test('catalog --duckdb writes a file whose views read the lake', async () => {
  const { code, stderr } = await minilake('catalog', '--duckdb', 'views.duckdb')
  expect([code, stderr]).toEqual([0, '2 views in views.duckdb: FROM iot_dw.gauge\n'])
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(join(folder, 'views.duckdb'))
  const connection = await instance.connect()
  await connection.run('CREATE TABLE notes AS SELECT 1 AS v')
  const result = await connection.run('SELECT count(*) AS n FROM iot_dw.gauge')
  expect(await result.getRowObjects()).toEqual([{ n: 5n }])
  connection.closeSync()
  instance.closeSync()

  expect((await minilake('catalog', '--duckdb', 'views.duckdb')).code).toBe(0)
  const again = await DuckDBInstance.create(join(folder, 'views.duckdb'))
  const other = await again.connect()
  expect(await (await other.run('FROM notes')).getRowObjects()).toEqual([{ v: 1 }])
  other.closeSync()
  again.closeSync()

  const wrong = await minilake('catalog', '--duckdb', 'gauge.csv')
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toContain('gauge.csv expected a file of DuckDB that no other program has open')
})
