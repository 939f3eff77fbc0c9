import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { parquetMetadata, parquetRead } from 'hyparquet'
import {
  type ColumnData,
  createdBy,
  readFooter,
  writeParquet,
  type WriteParquetOptions,
  type WrittenFile,
} from '../src/index.js'
import { snappy } from '../src/snappy.js'
import type { StoredValue } from './every-type.js'
import { bytesOf, type DuckDbReader, fileOf, openDuckDbReader } from './read-back.js'

let duckDb: DuckDbReader
let folder: string
let path: string
beforeAll(async () => {
  duckDb = await openDuckDbReader()
  folder = await mkdtemp(join(tmpdir(), 'minilake-write-parquet-'))
})
afterAll(async () => {
  await duckDb.close()
  await rm(folder, { recursive: true })
})
let files = 0
beforeEach(() => {
  path = join(folder, `${++files}.parquet`)
})

/** Rows as hyparquet reads them, as arrays: as objects, a column called `__proto__` would be lost. */
async function rowsByHyparquet(bytes: Uint8Array): Promise<StoredValue[][]> {
  let rows: unknown[][] = []
  await parquetRead({
    file: fileOf(bytes),
    rowFormat: 'array',
    parsers: { timestampFromMicroseconds: (micros) => micros, dateFromDays: (days) => days },
    onComplete: (complete) => (rows = complete),
  })
  return rows.map((row) => row.map((value) => (value ?? null) as StoredValue))
}

/** Writes columns, and expects both readers to find these rows, in the file's own units. */
async function expectRows(
  columns: Record<string, ColumnData>,
  rows: StoredValue[][],
  options: WriteParquetOptions = {},
): Promise<void> {
  const written = await writeParquet(path, columns, options)
  const bytes = await readFile(path)
  expect(written).toEqual({ rows: rows.length, bytes: bytes.length })
  expect(await rowsByHyparquet(bytes)).toEqual(rows)
  expect(await duckDb.read(bytes)).toEqual(rows)
}

const typesIn = async () =>
  (await readFooter(fileOf(await readFile(path)))).columns.map(
    ({ name, type, nullable }) => `${name}: ${type}${nullable ? '?' : ''}`,
  )

describe('types', () => {
  test('are inferred from typed arrays and from the values of arrays', async () => {
    const columns = {
      doubles: Float64Array.of(-0, NaN),
      floats: Float32Array.of(0.5, -Infinity),
      integers: Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
      bigints: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
      numbers: [1.5, -2],
      'bigints in an array': [2n ** 63n - 1n, -5n],
      dates: [new Date('2026-01-01T00:00:00.123Z'), new Date('1969-12-31T23:59:59.999Z')],
      texts: ['', 'Ü \u{1F600}'],
      booleans: [true, false],
      int8s: Int8Array.of(-128, 127),
      int16s: Int16Array.of(-32_768, 32_767),
      uint8s: Uint8Array.of(0, 255),
      clamped: Uint8ClampedArray.of(0, 255),
      uint16s: Uint16Array.of(0, 65_535),
      uint32s: Uint32Array.of(0, 2 ** 32 - 1),
      uint64s: BigUint64Array.of(0n, 2n ** 63n - 1n),
    }
    await expectRows(columns, [
      [-0, 0.5, -(2 ** 31), -(2n ** 63n), 1.5, 2n ** 63n - 1n, 1_767_225_600_123_000n, '', true]
        .concat([-128, -32_768, 0, 0, 0])
        .concat([0n, 0n] as never[]),
      [NaN, -Infinity, 2 ** 31 - 1, 2n ** 63n - 1n, -2, -5n, -1000n, 'Ü \u{1F600}', false]
        .concat([127, 32_767, 255, 255, 65_535])
        .concat([2n ** 32n - 1n, 2n ** 63n - 1n] as never[]),
    ])
    expect(await typesIn()).toEqual([
      'doubles: DOUBLE',
      'floats: FLOAT',
      'integers: INT32',
      'bigints: INT64',
      'numbers: DOUBLE',
      'bigints in an array: INT64',
      'dates: INT64 TIMESTAMP(MICROS,false)',
      'texts: BYTE_ARRAY STRING',
      'booleans: BOOLEAN',
      'int8s: INT32',
      'int16s: INT32',
      'uint8s: INT32',
      'clamped: INT32',
      'uint16s: INT32',
      'uint32s: INT64',
      'uint64s: INT64',
    ])
  })

  test('can be given where they are not the inferred ones', async () => {
    await expectRows(
      {
        micros: BigInt64Array.of(1n, -1n),
        moments: [5n, -5n],
        days: Int32Array.of(0, -719_162),
        texts: ['2026-01-01', '0001-01-01'],
        dates: [new Date('2026-01-01T23:59:59.999Z'), new Date('1969-12-31T00:00:00.001Z')],
        floats: [0.1, Infinity],
        integers: [-1, 2 ** 31 - 1],
        bigints: [1, Number.MIN_SAFE_INTEGER],
        wide: Int32Array.of(1, 2),
        bits: Uint8Array.of(1, 0),
        doubles: Int16Array.of(3, 4),
      },
      [
        [1n, 5n, 0, 20_454, 20_454, Math.fround(0.1), -1, 1n, 1n, true, 3],
        [-1n, -5n, -719_162, -719_162, -1, Infinity, 2 ** 31 - 1, -(2n ** 53n) + 1n, 2n, false, 4],
      ],
      {
        types: {
          ...{ micros: 'timestamp', moments: 'timestamp', days: 'date', texts: 'date', dates: 'date' },
          ...{ floats: 'real', integers: 'integer', bigints: 'bigint', wide: 'bigint', bits: 'boolean' },
          ...{ doubles: 'double' },
        },
      },
    )
  })

  test('of the columns object and of `types` are checked by the compiler', () => {
    interface Readings {
      time: Date[]
      pressure: Float64Array
    }
    const readings: Readings = { time: [], pressure: new Float64Array() }
    const write = (...args: Parameters<typeof writeParquet<Readings>>) => args
    write(path, readings, { types: { time: 'timestamp' } })
    // @ts-expect-error no such column
    write(path, readings, { types: { tme: 'timestamp' } })
    // @ts-expect-error no such type
    write(path, readings, { types: { time: 'datetime' } })
    // @ts-expect-error values of two kinds
    void (() => writeParquet(path, { mixed: [1, 'one'] }))
    // @ts-expect-error the caller never sees the chunks
    void (() => writeParquet(path, readings, { reuseBuffers: true }))
    expectTypeOf<Awaited<ReturnType<typeof writeParquet>>>().toEqualTypeOf<WrittenFile>()
  })
})

describe('missing values', () => {
  test('of every kind make the column nullable', async () => {
    const [date] = [new Date(1)]
    await expectRows(
      {
        numbers: [null, 1, undefined],
        bigints: [1n, null, undefined],
        dates: [null, null, date],
        texts: [undefined, 'a', null],
        booleans: [null, undefined, false],
        all: [3, 4, 5],
        sparse: [1, , 2],
        typed: [null, 2, 3],
      },
      [
        [null, 1n, null, null, null, 3, 1, null],
        [1, null, null, 'a', null, 4, null, 2],
        [null, null, 1000n, null, false, 5, 2, 3],
      ],
      { types: { typed: 'integer' } },
    )
    expect((await typesIn()).filter((type) => !type.endsWith('?'))).toEqual(['all: DOUBLE'])
  })

  test('alone make a column of the given type', async () => {
    await expectRows(
      { a: [null, undefined], b: [null, null], c: [1, 2] },
      [
        [null, null, 1],
        [null, null, 2],
      ],
      { types: { a: 'double', b: 'varchar' } },
    )
    await expect(writeParquet(path, { 'a "b"': [null, null] })).rejects.toThrow(
      new TypeError(
        `column a "b" expected a value to infer its type from, got only nulls: give the type, such as types: { "a \\"b\\"": 'double' }`,
      ),
    )
  })
})

describe('no rows', () => {
  test('give a valid file when the types are known', async () => {
    await expectRows({ time: [], pressure: new Float64Array() }, [], { types: { time: 'timestamp' } })
    expect(await typesIn()).toEqual(['time: INT64 TIMESTAMP(MICROS,false)', 'pressure: DOUBLE'])
  })

  test('are refused when a type is unknown', async () => {
    await expect(writeParquet(path, { pressure: new Float64Array(), time: [] })).rejects.toThrow(
      new TypeError(
        `column time expected a value to infer its type from, got no rows: give the type, such as types: { "time": 'double' }`,
      ),
    )
  })
})

const oddNames = [
  ...[
    '',
    'Pressure',
    'PRESSURE 2',
    'two words',
    ' ',
    'a.b',
    'a.c',
    'a',
    '.',
    'Ü',
    '温度',
    '\u{1F600}',
    '"',
    "'",
    '\0',
  ],
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'length', 'x'.repeat(1000)],
]

test('columns may have any name, nullable or not', async () => {
  for (const missing of [[], [null]]) {
    const columns = Object.fromEntries(oddNames.map((name, at) => [name, [at, ...missing]]))
    expect(Object.hasOwn(columns, '__proto__')).toBe(true)
    await writeParquet(path, columns, { types: Object.fromEntries([['__proto__', 'integer']]) })
    const bytes = await readFile(path)
    const { columns: found } = await readFooter(fileOf(bytes))
    expect(found.map(({ name }) => name)).toEqual(oddNames)
    expect(found.find(({ name }) => name === '__proto__')?.type).toBe('INT32')
    const row = oddNames.map((_, at) => at)
    const rows = [row, ...missing.map(() => row.map(() => null))]
    expect(await rowsByHyparquet(bytes)).toEqual(rows)
    expect(await duckDb.read(bytes)).toEqual(rows)
    const described = await duckDb.query('DESCRIBE SELECT * FROM FILE', bytes)
    // DuckDB makes up a name for the column without one.
    expect(described.map(([name]) => name)).toEqual(oddNames.map((name) => name || 'C0'))
  }
})

test('options of encodeParquet pass through: row groups and codec', async () => {
  const pressure = Float64Array.from({ length: 70_000 }, (_, row) => row % 100)
  const level = Array.from({ length: 70_000 }, (_, row) => (row % 3 === 0 ? null : row % 100))
  await expectRows(
    { pressure, level },
    Array.from(pressure, (value, row) => [value, level[row]!]),
    { rowGroupRows: 30_000, codec: snappy },
  )
  const { row_groups, created_by } = parquetMetadata(new Uint8Array(await readFile(path)).buffer)
  expect(row_groups.map(({ num_rows }) => num_rows)).toEqual([30_000n, 30_000n, 10_000n])
  expect(row_groups[0]?.columns.map(({ meta_data }) => meta_data?.codec)).toEqual(['SNAPPY', 'SNAPPY'])
  expect(created_by).toBe(createdBy)
})

test('more rows than a batch, of every kind, with and without missing values', async () => {
  const rowCount = 140_000
  const kinds = {
    number: (row: number) => row / 3,
    bigint: (row: number) => BigInt(row) ** 3n,
    date: (row: number) => new Date(row * 1001),
    string: (row: number) => `reading ${row % 1000}`,
    boolean: (row: number) => row % 3 === 0,
    integer: (row: number) => row - 70_000,
  }
  const columns = Object.fromEntries(
    Object.entries(kinds).flatMap(([name, valueAt]) =>
      [2, Infinity].map((missing): [string, ColumnData] => [
        `${name} ${missing}`,
        // One kind per column, which the compiler cannot see here.
        Array.from({ length: rowCount }, (_, row) => (row % 7 === missing ? null : valueAt(row))) as number[],
      ]),
    ),
  )
  const stored = (value: unknown) =>
    (value instanceof Date ? BigInt(value.getTime()) * 1000n : value) as StoredValue
  await writeParquet(path, columns, { types: { 'integer 2': 'integer', 'integer Infinity': 'integer' } })
  const bytes = await readFile(path)
  const expected = Array.from({ length: rowCount }, (_, row) =>
    Object.values(columns).map((values) => stored(values[row])),
  )
  expect(await rowsByHyparquet(bytes)).toEqual(expected)
  expect(await duckDb.read(bytes)).toEqual(expected)
})

test('reads views of a larger buffer, subclasses and shared memory', async () => {
  class Samples extends Float64Array {}
  const samples = new Samples([1, 2, 3, 4])
  const shared = new Int32Array(new SharedArrayBuffer(16), 4, 2)
  shared.set([7, 8])
  await expectRows({ samples: samples.subarray(1, 3), shared }, [
    [2, 7],
    [3, 8],
  ])
  expect([...samples]).toEqual([1, 2, 3, 4])
})

describe('columns that are refused before anything is written', () => {
  const time = [new Date(0), new Date(1), new Date(2)]
  test.each<[string, unknown, string, object?]>([
    ['no column', {}, 'writeParquet expected at least one column, got none'],
    ['no object', null, 'writeParquet expected an object of columns by name, got null'],
    ['an array', [time], 'writeParquet expected an object of columns by name, got an Array'],
    [
      'a column that is no array',
      { time: new Date(0) },
      'column time expected an array or a typed array of numbers, got 1970-01-01T00:00:00.000Z',
    ],
    [
      'a column that is missing',
      { time: undefined },
      'column time expected an array or a typed array of numbers, got undefined',
    ],
    [
      'a DataView',
      { time: new DataView(new ArrayBuffer(8)) },
      'column time expected an array or a typed array of numbers, got a DataView',
    ],
    ['mixed values', { a: [null, 1, 'x'] }, 'column a expected a number in row 2, as in row 1, got "x"'],
    ['numbers among Dates', { a: [time[0], 5] }, 'column a expected a Date in row 1, as in row 0, got 5'],
    ['numbers among bigints', { a: [5n, 5] }, 'column a expected a bigint in row 1, as in row 0, got 5'],
    ['bigints among numbers', { a: [5, 5n] }, 'column a expected a number in row 1, as in row 0, got 5n'],
    [
      'numbers among booleans',
      { a: [true, 1] },
      'column a expected true or false in row 1, as in row 0, got 1',
    ],
    [
      'objects',
      { a: [{}] },
      'column a expected a number, bigint, string, boolean or Date in row 0, got an Object',
    ],
    [
      'arrays in an array',
      { a: [1, [2]] },
      'column a expected a number, bigint, string, boolean or Date in row 1, got an Array',
    ],
    [
      'an invalid Date',
      { a: [time[0], new Date(NaN)] },
      'column a of type timestamp expected a valid Date or a bigint of microseconds in row 1, got an invalid Date',
    ],
    [
      'a bigint of more than 64 bits',
      { a: [2n ** 63n] },
      'column a of type bigint expected a whole number of 64 bits in row 0, got 9223372036854775808n',
    ],
    [
      'a BigUint64Array with a large value',
      { a: BigUint64Array.of(1n, 2n ** 64n - 1n) },
      'column a of type bigint expected a whole number of 64 bits in row 1, got 18446744073709551615n',
    ],
    [
      'a fraction in an integer column',
      { a: [1, 1.5] },
      'column a of type integer expected a whole number of 32 bits in row 1, got 1.5',
      { types: { a: 'integer' } },
    ],
    [
      'a number that a float cannot hold',
      { a: Float64Array.of(1e300) },
      'column a of type real expected a number in the range of 32-bit floats in row 0, got 1e+300',
      { types: { a: 'real' } },
    ],
    [
      'a day that does not exist',
      { a: ['2026-02-30'] },
      'column a of type date expected a valid Date, \'YYYY-MM-DD\' or days since 1970-01-01 in row 0, got "2026-02-30"',
      { types: { a: 'date' } },
    ],
    [
      'numbers in a text column',
      { a: [1] },
      'column a of type varchar expected a Unicode string in row 0, got 1',
      { types: { a: 'varchar' } },
    ],
    [
      'half a surrogate pair',
      { a: ['b', null, 'c\ud83d'] },
      'column a of type varchar expected a Unicode string in row 2, got "c\\ud83d"',
      {},
    ],
    [
      'a type for a missing column',
      { a: [1] },
      'types expected names of columns, got "b"',
      { types: { b: 'double' } },
    ],
    [
      'a type that does not exist',
      { a: [1] },
      'types expected one of timestamp, date, double, real, bigint, integer, boolean, varchar for column a, got "float"',
      { types: { a: 'float' } },
    ],
    [
      'types that are a string',
      { a: [1] },
      'types expected column types by column name, got "double"',
      { types: 'double' },
    ],
    [
      'a name that is not Unicode',
      { 'a\uD83D': [1] },
      'column name "a\\ud83d" expected Unicode text, got half a surrogate pair',
    ],
    [
      'a misspelt option',
      { a: [1] },
      'writeParquet expected only types, rowGroupRows, codec, got rowgroupRows',
      { rowgroupRows: 5 },
    ],
    [
      'shared buffers',
      { a: [1] },
      'writeParquet expected only types, rowGroupRows, codec, got reuseBuffers',
      { reuseBuffers: true },
    ],
    ['a codec by name', { a: [1] }, 'codec expected { name, compress }, got "SNAPPY"', { codec: 'SNAPPY' }],
  ])('%s', async (_, columns, sentence, options = {}) => {
    await expect(writeParquet(path, columns as Record<string, ColumnData>, options)).rejects.toThrow(
      new TypeError(sentence),
    )
    expect(existsSync(path)).toBe(false)
  })

  test('different lengths', async () => {
    await expect(writeParquet(path, { time, a: new Float64Array(3), b: [1, 2] })).rejects.toThrow(
      new RangeError('columns expected the same number of rows, got 3 in time and 2 in b'),
    )
  })

  test.each([[''], [undefined], [5]])('the path %j', async (path) => {
    await expect(writeParquet(path as string, { time })).rejects.toThrow(
      /^writeParquet expected the path of a file, got /,
    )
  })
})

describe('a file is complete or absent', () => {
  test.skipIf(process.platform === 'win32')('its name is on the disk once the write is done', async () => {
    const own = await mkdtemp(join(tmpdir(), 'minilake-parquet-'))
    const handle = await open(own)
    const prototype = Object.getPrototypeOf(handle) as { sync(): Promise<void> }
    await handle.close()
    const flushed: string[][] = []
    const sync = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: typeof handle) {
      if ((await this.stat()).ino === (await stat(own)).ino) flushed.push(await readdir(own))
    })
    try {
      await writeParquet(join(own, 'a.parquet'), { a: Float64Array.of(1) })
      expect(flushed).toEqual([['a.parquet']])
    } finally {
      sync.mockRestore()
      await rm(own, { recursive: true })
    }
  })

  const columns = { pressure: Float64Array.from({ length: 400_000 }, (_, row) => Math.sqrt(row)) }
  const codecThatFails = () => {
    let pages = 0
    return {
      name: 'ZSTD' as const,
      compress(bytes: Uint8Array) {
        if (++pages > 15) throw new Error('out of ink')
        return bytes.slice()
      },
    }
  }
  let empty: string
  beforeEach(async () => {
    empty = await mkdtemp(join(folder, 'empty-'))
  })

  test('an error in the middle leaves nothing behind', async () => {
    await expect(
      writeParquet(join(empty, 'a.parquet'), columns, { codec: codecThatFails(), rowGroupRows: 100_000 }),
    ).rejects.toThrow('out of ink')
    expect(await readdir(empty)).toEqual([])
  })

  test('an error in the middle leaves an earlier file unchanged', async () => {
    const file = join(empty, 'a.parquet')
    await writeFile(file, 'earlier')
    await expect(
      writeParquet(file, columns, { codec: codecThatFails(), rowGroupRows: 100_000 }),
    ).rejects.toThrow('out of ink')
    expect(await readdir(empty)).toEqual(['a.parquet'])
    expect(await readFile(file, 'utf8')).toBe('earlier')
    const { bytes } = await writeParquet(file, columns)
    expect((await readFile(file)).length).toBe(bytes)
    expect(await readdir(empty)).toEqual(['a.parquet'])
  })

  test('values that change while they are written are refused', async () => {
    const level: (number | null)[] = Array.from({ length: 200_000 }, (_, row) => Math.sqrt(row))
    const written = writeParquet(join(empty, 'a.parquet'), { level }, { rowGroupRows: 65_536 })
    level[199_999] = null
    await expect(written).rejects.toThrow('column level expected no nulls')
    expect(await readdir(empty)).toEqual([])
  })

  test('a missing folder, or a folder of that name, is an Error that names the path', async () => {
    const missing = join(empty, 'missing', 'a.parquet')
    await expect(writeParquet(missing, columns)).rejects.toThrow(
      `file ${missing} could not be written: ENOENT`,
    )
    await expect(writeParquet(missing, columns)).rejects.toMatchObject({ cause: { code: 'ENOENT' } })
    const taken = join(empty, 'taken')
    await mkdir(join(taken, 'inner'), { recursive: true })
    await expect(writeParquet(taken, columns)).rejects.toThrow(`file ${taken} could not be written: `)
    expect(await readdir(empty)).toEqual(['taken'])
  })

  test('concurrent writers of one name leave one complete file', async () => {
    const file = join(empty, 'a.parquet')
    const written = await Promise.all([1, 2, 3].map((value) => writeParquet(file, { a: [value, value] })))
    expect(written).toHaveLength(3)
    const rows = await rowsByHyparquet(await readFile(file))
    expect([1, 2, 3].map((value) => [[value], [value]])).toContainEqual(rows)
    expect(await readdir(empty)).toEqual(['a.parquet'])
  })
})

test('writes the bytes of encodeParquet for the same columns', async () => {
  const { encodeParquet } = await import('../src/index.js')
  const columns = { a: Float64Array.of(1, 2), b: ['x', 'y'] }
  await writeParquet(path, columns)
  const table = { name: 'schema', columns: { a: { type: 'double' }, b: { type: 'varchar' } } } as const
  expect(await readFile(path)).toEqual(Buffer.from(bytesOf(encodeParquet(table, [{ rowCount: 2, columns }]))))
})
