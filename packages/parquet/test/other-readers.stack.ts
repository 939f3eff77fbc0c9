import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Batch, columnsOf, type ColumnType } from '@minilake/schema'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Codec, encodeParquet } from '../src/index.js'
import { snappy } from '../src/snappy.js'
import { anyRows, batchOf, everyType, type StoredValue } from './every-type.js'
import { bytesOf, readWithHyparquet } from './read-back.js'

const run = promisify(execFile)

let folder: string
let python: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minilake-readers-'))
  await run('python3', ['-m', 'venv', join(folder, 'venv')])
  python = join(folder, 'venv', 'bin', 'python')
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
  await run(python, [...pip, 'pyarrow', 'duckdb', 'polars', 'datafusion'])
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const types = columnsOf(everyType)
const int64 = { least: -(2n ** 63n), greatest: 2n ** 63n - 1n }

// The edges of each type, not in ascending order.
const edges: Record<ColumnType, readonly StoredValue[]> = {
  timestamp: [0n, int64.greatest, -1n, int64.least, 1_767_225_600_000_000n, -62_135_596_800_000_000n],
  date: [0, 2 ** 31 - 1, -1, -(2 ** 31), 20_454, -719_162],
  double: [0, NaN, -0, Infinity, 5e-324, -Infinity, -1.7976931348623157e308, 0.1],
  real: [0, NaN, -0, Infinity, 1.401298464324817e-45, -Infinity, -3.4028234663852886e38, 1.5],
  bigint: [0n, int64.greatest, -1n, int64.least, 2n ** 53n + 1n],
  integer: [0, 2 ** 31 - 1, -1, -(2 ** 31), 7],
  boolean: [true, false],
  varchar: ['', '\u{1F600}', '\uFFFD', 'ä', "'", '\0', 'a text of more than sixteen bytes'],
}
/** Distinct values of each type, half of them below zero. */
const distinct: Record<ColumnType, (row: number) => StoredValue> = {
  timestamp: (row) => BigInt(row - 25_000) * 1_000_003n,
  date: (row) => row - 25_000,
  double: (row) => Math.cbrt(row - 25_000.5),
  real: (row) => Math.fround((row - 25_000) / 8),
  bigint: (row) => BigInt(row - 25_000) * 2n ** 40n + 1n,
  integer: (row) => (row - 25_000) * 40_009,
  boolean: (row) => row % 2 === 0,
  varchar: (row) => `reading ${row}`,
}

type ValueAt = (type: ColumnType, row: number, nullable: boolean) => StoredValue

const rowsOf = (rowCount: number, valueAt: ValueAt): StoredValue[][] =>
  Array.from({ length: rowCount }, (_, row) =>
    types.map(([, { type, nullable = false }]) => valueAt(type, row, nullable)),
  )
const edgeAt: ValueAt = (type, row, nullable) =>
  nullable && row % 3 === 1 ? null : (edges[type][row % edges[type].length] as StoredValue)
const always =
  (chosen: Partial<Record<ColumnType, StoredValue>>): ValueAt =>
  (type, _row, nullable) =>
    nullable && chosen[type] === undefined ? null : (chosen[type] ?? (edges[type][1] as StoredValue))

const cases: Record<string, { rows: StoredValue[][]; rowGroupRows?: number; batchRows?: number }> = {
  'no-rows': { rows: [] },
  edges: { rows: rowsOf(600, edgeAt), rowGroupRows: 250, batchRows: 70 },
  'edge-by-edge': { rows: rowsOf(60, edgeAt), rowGroupRows: 1 },
  'all-distinct': {
    rows: rowsOf(50_000, (type, row, nullable) => (nullable && row % 5 === 0 ? null : distinct[type](row))),
    rowGroupRows: 45_000,
  },
  'one-value': { rows: rowsOf(45_000, always({ double: -1.5, real: 1.5 })) },
  'nan-only': { rows: rowsOf(300, always({ double: NaN, real: NaN })), rowGroupRows: 200 },
  'nan-in-one-row-group': {
    rows: rowsOf(300, (type, row, nullable) =>
      type === 'double' || type === 'real' ? (row === 150 ? NaN : 1.5) : edgeAt(type, row, nullable),
    ),
    rowGroupRows: 100,
  },
  zeros: { rows: rowsOf(300, always({ double: 0, real: 0 })) },
  'negative-zeros': { rows: rowsOf(300, always({ double: -0, real: -0 })) },
  'zeros-of-both-signs': {
    rows: rowsOf(300, (type, row) =>
      type === 'double' || type === 'real' ? (row % 2 === 0 ? 0 : -0) : edgeAt(type, row, false),
    ),
  },
  'long-texts': {
    rows: rowsOf(90, (type, row, nullable) =>
      type === 'varchar' ? `${row % 9}`.padEnd(20_000, '\u00e9') : edgeAt(type, row, nullable),
    ),
  },
  'texts-larger-than-a-page': {
    rows: rowsOf(3, (type, row, nullable) =>
      type === 'varchar' ? `${row}`.padEnd(1_500_000, '.') : edgeAt(type, row, nullable),
    ),
  },
  'a-dictionary-given-up': {
    rows: rowsOf(6_000, (type, row, nullable) =>
      type === 'varchar' ? `${row % 3_000}`.padEnd(6_000, '.') : edgeAt(type, row, nullable),
    ),
  },
  ...Object.fromEntries(
    fc
      .sample(anyRows(everyType, { maxLength: 300 }), { numRuns: 30, seed: 6 })
      .map((rows, index) => [`any-rows-${index}`, { rows, rowGroupRows: 100, batchRows: 33 }]),
  ),
}

test.each<[string, Codec | undefined]>([
  ['plain', undefined],
  ['snappy', snappy],
])(
  'pyarrow, DuckDB, polars and DataFusion in Python, and hyparquet, read every type bit by bit, find NaN, and have correct statistics: %s',
  { timeout: 300_000 },
  async (name, codec) => {
    const files = join(folder, name)
    await mkdir(files)
    let rowCount = 0
    let chunks = 0
    for (const [
      title,
      { rows, rowGroupRows = rows.length + 1, batchRows = rows.length + 1 },
    ] of Object.entries(cases)) {
      const batches = cut(rows, batchRows).map((part) => batchOf(everyType, part))
      // Empty batches change nothing.
      const withEmpty = batches.flatMap((batch) => [batchOf(everyType, []), batch, batchOf(everyType, [])])
      const bytes = bytesOf(encodeParquet(everyType, withEmpty, { rowGroupRows, ...(codec && { codec }) }))
      await writeFile(join(files, `${title}.parquet`), bytes)
      expect(await readWithHyparquet(bytes)).toEqual(rows)
      const groups = cut(rows, rowGroupRows).map((part) => bitsOf(batchOf(everyType, part)))
      const columns = types.map(([column, { type, nullable = false }]) => ({ name: column, type, nullable }))
      await writeFile(join(files, `${title}.json`), jsonText({ columns, rowGroups: groups }))
      rowCount += rows.length
      chunks += groups.length * types.length
    }
    const script = fileURLToPath(new URL('check-every-type.py', import.meta.url))
    const { stdout } = await run(python, [script, files])
    expect(stdout).toBe(
      `${Object.keys(cases).length} files, ${rowCount} rows, statistics of ${chunks} column chunks\n`,
    )
  },
)

function cut<T>(rows: readonly T[], size: number): T[][] {
  const parts: T[][] = []
  for (let start = 0; start < rows.length; start += size) parts.push(rows.slice(start, start + size))
  return parts
}

/** A batch's columns, with each number as the integer of its bits. */
function bitsOf({ columns, nulls }: Batch<typeof everyType>): unknown[][] {
  return types.map(([name, { type }]) => {
    const buffer = (columns as Readonly<Record<string, unknown>>)[name]
    const mask = (nulls as Readonly<Record<string, Uint8Array>> | undefined)?.[name]
    const bits =
      buffer instanceof Float64Array
        ? new BigInt64Array(buffer.buffer)
        : buffer instanceof Float32Array
          ? new Int32Array(buffer.buffer)
          : (buffer as ArrayLike<bigint | number | string>)
    return Array.from(bits, (value, row) =>
      mask?.[row] === 1 ? null : type === 'boolean' ? value === 1 : value,
    )
  })
}

// JSON in JavaScript has no integers beyond 2^53.
function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, entry: unknown) => (typeof entry === 'bigint' ? String(entry) : entry))
}
