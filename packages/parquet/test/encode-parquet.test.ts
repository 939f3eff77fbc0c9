import { createHash } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { runInNewContext, runInThisContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { type Batch, defineTable, pump } from '@minilake/schema'
import { parquetMetadata } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Codec,
  createdBy,
  dataFiles,
  type EncodeOptions,
  encodeParquet,
  readFooter,
} from '../src/index.js'
import { snappy } from '../src/snappy.js'
import { batchOf, everyType, type StoredValue } from './every-type.js'
import { noisyBatch, pumpBatch } from './pump-batches.js'
import { bytesOf, type DuckDbReader, openDuckDbReader, readWithHyparquet } from './read-back.js'

let duckDb: DuckDbReader
beforeAll(async () => {
  duckDb = await openDuckDbReader()
})
afterAll(() => duckDb.close())

test('no batches give a valid file without rows, with all columns', async () => {
  for (const batches of [[], [pumpBatch(0)]]) {
    const bytes = bytesOf(encodeParquet(pump, batches))
    const metadata = parquetMetadata(bytes.buffer)
    expect(metadata).toMatchObject({ num_rows: 0n, row_groups: [], created_by: createdBy })
    expect(metadata.schema).toHaveLength(5)
    expect(await readWithHyparquet(bytes)).toEqual([])
    expect(await duckDb.query('SELECT count(*) FROM FILE', bytes)).toEqual([[0n]])
    // num_rows of 0, then the row groups: an empty list of structs, without whose type arrow-rs refuses the file; then two key-value
    // entries.
    expect(Buffer.from(bytes).includes(Buffer.of(0x16, 0, 0x19, 0x0c, 0x19, 0x2c))).toBe(true)
    const described = await duckDb.query('DESCRIBE SELECT * FROM FILE', bytes)
    expect(described.map(([name, type]) => [name, type])).toEqual([
      ['event_timestamp', 'TIMESTAMP'],
      ['pressure', 'DOUBLE'],
      ['velocity', 'DOUBLE'],
      ['speed', 'DOUBLE'],
    ])
  }
})

test('names the writer in the form that parquet-java trusts', () => {
  expect(createdBy).toMatch(/^minilake version \d+\.\d+\.\d+ \(build .+\)$/)
})

test.each([
  [10, 4, [4, 4, 2]],
  [8, 4, [4, 4]],
  [3, 4, [3]],
  [4, 1, [1, 1, 1, 1]],
])('cuts %d rows into row groups of %d: %j', (rows, rowGroupRows, expected) => {
  const bytes = bytesOf(encodeParquet(pump, [pumpBatch(rows)], { rowGroupRows }))
  const { row_groups, num_rows } = parquetMetadata(bytes.buffer)
  expect(row_groups.map((group) => Number(group.num_rows))).toEqual(expected)
  expect(num_rows).toBe(BigInt(rows))
})

test('writes a day of readings as one row group by default', () => {
  const bytes = bytesOf(encodeParquet(pump, [pumpBatch(43_200), pumpBatch(43_200, 43_200)]))
  expect(parquetMetadata(bytes.buffer).row_groups.map(({ num_rows }) => num_rows)).toEqual([86_400n])
})

test('pulls batches as chunks are pulled: the first chunk comes before the second row group is read', () => {
  let taken = 0
  function* endless() {
    for (;;) {
      taken += 1
      yield noisyBatch(50_000)
    }
  }
  const chunks = encodeParquet(pump, endless(), { rowGroupRows: 100_000 })
  expect(taken).toBe(0)
  expect(chunks.next().done).toBe(false)
  expect(taken).toBe(2)
  chunks.next()
  expect(taken).toBe(2)
  chunks.next()
  expect(taken).toBe(4)
})

test('all chunks but the last have 1 MiB, and later ones do not overwrite them', async () => {
  const kept: Uint8Array[] = []
  const copies: Uint8Array[] = []
  for (const chunk of encodeParquet(pump, [noisyBatch(150_000)], { rowGroupRows: 40_000 })) {
    kept.push(chunk)
    copies.push(chunk.slice())
  }
  expect(kept.length).toBeGreaterThan(3)
  expect(kept.slice(0, -1).every(({ length }) => length === 1024 * 1024)).toBe(true)
  expect(kept.every((chunk, index) => Buffer.compare(chunk, copies[index]!) === 0)).toBe(true)
  expect(await readWithHyparquet(bytesOf(kept))).toHaveLength(150_000)
})

test('closes the batches when the consumer stops early', () => {
  let closed = false
  function* batches() {
    try {
      for (;;) yield pumpBatch(5)
    } finally {
      closed = true
    }
  }
  for (const chunk of encodeParquet(pump, batches(), { rowGroupRows: 5 })) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
  expect(closed).toBe(true)
})

test.each([0, -1, 1.5, NaN])('refuses row groups of %d rows', (rowGroupRows) => {
  expect(() => bytesOf(encodeParquet(pump, [], { rowGroupRows }))).toThrow(
    new RangeError(`rowGroupRows expected a whole number of at least 1, got ${rowGroupRows}`),
  )
})

test.each<[string, unknown, string]>([
  [
    'a misspelt option',
    { rowgroupRows: 5 },
    'encodeParquet expected only rowGroupRows, codec, reuseBuffers, checks, metadata, got rowgroupRows',
  ],
  [
    'options that are a number',
    5,
    'encodeParquet expected an object of rowGroupRows, codec, reuseBuffers, checks, metadata, got 5',
  ],
  [
    'options of null',
    null,
    'encodeParquet expected an object of rowGroupRows, codec, reuseBuffers, checks, metadata, got null',
  ],
  [
    'a codec that few readers support',
    { codec: { ...snappy, name: 'LZO' } },
    'codec expected a name of SNAPPY, GZIP, ZSTD, got "LZO"',
  ],
  ['a codec by name', { codec: 'SNAPPY' }, 'codec expected { name, compress }, got "SNAPPY"'],
  ['reuseBuffers of 1', { reuseBuffers: 1 }, 'reuseBuffers expected true or false, got 1'],
  ['a codec of null', { codec: null }, 'codec expected { name, compress }, got null'],
  [
    'a codec without a function',
    { codec: { name: 'ZSTD' } },
    'codec ZSTD expected compress to be a function, got undefined',
  ],
  ['metadata of another type', { metadata: { note: 1 } }, 'metadata expected a text for note, got 1'],
  [
    'metadata under a name of ours',
    { metadata: { 'minilake.checks': '{}' } },
    'metadata expected other names than minilake.rows.sha256 and minilake.checks, got minilake.checks',
  ],
])('refuses %s in one sentence', (_, options, sentence) => {
  expect(() => bytesOf(encodeParquet(pump, [pumpBatch(1)], options as EncodeOptions))).toThrow(
    new TypeError(sentence),
  )
})

describe('reused buffers of batches', () => {
  const rows = Array.from({ length: 90 }, (_, row): StoredValue[] => [
    BigInt(row) * 1_000_003n,
    row,
    row / 7,
    Math.fround(row / 3),
    BigInt(row) ** 5n,
    1000 - row,
    row % 3 === 0,
    `device ${row}`,
    ...(row % 4 === 1
      ? Array<null>(8).fill(null)
      : [BigInt(row), row % 5, row / 9, row, 7n * BigInt(row), row, row % 2 === 0, `${row % 6}`]),
  ])
  const batchRows = 10

  /** The rows in batches that share their buffers. */
  function* refilled(): Generator<Batch<typeof everyType>> {
    const shared = batchOf(everyType, rows.slice(0, batchRows))
    const fill = (into: object, from: object) => {
      for (const [name, buffer] of Object.entries(from) as [string, ArrayLike<unknown>][]) {
        const target = (into as Record<string, { [row: number]: unknown }>)[name]!
        for (let row = 0; row < batchRows; row++) target[row] = buffer[row]
      }
    }
    for (let start = 0; start < rows.length; start += batchRows) {
      const next = batchOf(everyType, rows.slice(start, start + batchRows))
      fill(shared.columns, next.columns)
      fill(shared.nulls!, next.nulls!)
      yield shared
    }
  }

  test.each([7, 10, 25, 1000])(
    'are read before the next batch is pulled, for every type, in row groups of %d rows',
    async (rowGroupRows) => {
      const bytes = bytesOf(encodeParquet(everyType, refilled(), { rowGroupRows }))
      expect(await readWithHyparquet(bytes)).toEqual(rows)
    },
  )
})

describe('chunks with reuseBuffers', () => {
  const gauge = defineTable({ name: 'gauge', columns: { level: { type: 'double' } } })
  function* batches(): Generator<Batch<typeof gauge>> {
    for (let start = 0; start < 500_000; start += 100_000) {
      const level = Float64Array.from({ length: 100_000 }, (_, row) => (start + row) / 7)
      yield { rowCount: level.length, columns: { level } }
    }
  }
  const options = { rowGroupRows: 200_000, reuseBuffers: true }
  const expected = bytesOf(encodeParquet(gauge, batches(), { rowGroupRows: 200_000 }))

  test('have the buffers of those that were given back; two files at a time share none', () => {
    const files = [1, 2].map(() => ({
      chunks: encodeParquet(gauge, batches(), options),
      last: undefined as Uint8Array | undefined,
      copies: [] as Uint8Array[],
      buffers: [] as ArrayBufferLike[],
    }))
    for (let isDone = false; !isDone;) {
      for (const file of files) {
        const step = file.chunks.next(file.last)
        file.last = step.done ? undefined : step.value
        if (!file.last) continue
        file.buffers.push(file.last.buffer)
        file.copies.push(file.last.slice())
      }
      const [one, other] = files.map(({ last }) => last?.buffer)
      if (one) expect(one).not.toBe(other)
      isDone = one === undefined
    }
    for (const { copies, buffers } of files) {
      expect(Buffer.compare(Buffer.concat(copies), expected)).toBe(0)
      expect(new Set(buffers).size).toBeLessThan(buffers.length)
    }
  })

  test('stay as they are when a stream that reads ahead holds them', async () => {
    const written: Buffer[] = []
    const slowly = new Writable({
      highWaterMark: 1,
      write: (chunk: Buffer, _, done) => {
        setTimeout(() => {
          written.push(Buffer.from(chunk))
          done()
        }, 1)
      },
    })
    await pipeline(Readable.from(encodeParquet(gauge, batches(), options)), slowly)
    expect(Buffer.compare(Buffer.concat(written), expected)).toBe(0)
  })

  test('are not written to when what is given back is another chunk, or reuseBuffers is off', () => {
    for (const reuseBuffers of [true, false]) {
      const chunks = encodeParquet(gauge, batches(), { ...options, reuseBuffers })
      const kept: Uint8Array[] = []
      let step = chunks.next()
      while (!step.done) {
        kept.push(step.value)
        step = chunks.next(reuseBuffers ? step.value.subarray() : step.value)
      }
      expect(Buffer.compare(Buffer.concat(kept), expected)).toBe(0)
    }
  })

  test('may be transferred before they are given back', () => {
    const chunks = encodeParquet(gauge, batches(), options)
    const copies: Uint8Array[] = []
    for (let step = chunks.next(); !step.done; step = chunks.next(step.value)) {
      copies.push(step.value.slice())
      structuredClone(step.value, { transfer: [step.value.buffer as ArrayBuffer] })
    }
    expect(Buffer.compare(Buffer.concat(copies), expected)).toBe(0)
  })
})

test('a file has the same bytes, whatever was encoded before it or is being encoded', () => {
  const table = () => defineTable({ name: 'gauge', columns: { level: { type: 'double', nullable: true } } })
  const batch = (level: Float64Array) => ({
    rowCount: level.length,
    columns: { level },
    nulls: { level: Uint8Array.from(level, (_, row) => Number(row % 7 === 3)) },
  })
  const files = [
    Float64Array.from({ length: 90_000 }, (_, row) => (row % 40_000) / 100),
    Float64Array.from({ length: 70_000 }, (_, row) => row / 7),
    Float64Array.from({ length: 100 }, (_, row) => [NaN, 0, -0, 2.5][row % 4] as number),
    Float64Array.from({ length: 50_000 }, (_, row) => (row % 900) / 1000),
  ].map(batch)
  const alone = files.map((file) => bytesOf(encodeParquet(table(), [file])))

  const shared = table()
  function* failing(file: (typeof files)[number]) {
    yield file
    throw new Error('the source is gone')
  }
  for (const codec of [undefined, snappy]) {
    for (const [index, file] of [...files, ...files].entries()) {
      expect(() => bytesOf(encodeParquet(shared, failing(files[0]!)))).toThrow('the source is gone')
      const left = encodeParquet(shared, [files[1]!])
      left.next()
      const interleaved = encodeParquet(shared, [files[3]!])
      interleaved.next()
      if (codec) bytesOf(encodeParquet(shared, [file], { codec }))
      const expected = alone[index % files.length]!
      expect(Buffer.compare(bytesOf(encodeParquet(shared, [file])), expected)).toBe(0)
      left.return(undefined)
      bytesOf(interleaved)
    }
  }
})

// Each instance takes 10 GB of address space, of which a process has 128 TB, until it is collected.
test('files of one synchronous loop share their kernels, whatever their tables and options', () => {
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: { Instance: new (module: object) => object }
  }
  const { Instance } = WebAssembly
  let instances = 0
  WebAssembly.Instance = class extends Instance {
    constructor(module: object) {
      super(module)
      instances += 1
    }
  }
  try {
    const names = Array.from({ length: 20 }, (_, column) => `column_${column}`)
    const columns = Object.fromEntries(names.map((name) => [name, Float64Array.of(1)]))
    for (let file = 0; file < 40; file++) {
      const types = Object.fromEntries(names.map((name) => [name, { type: 'double' as const }]))
      const codec: Codec = { name: 'GZIP', compress: (bytes) => gzipSync(bytes) }
      const options = file % 2 === 0 ? {} : { codec }
      bytesOf(encodeParquet({ name: 'wide', columns: types }, [{ rowCount: 1, columns }], options))
    }
  } finally {
    WebAssembly.Instance = Instance
  }
  expect(instances).toBeLessThanOrEqual(20)
})

test('columns may be named like members that every object inherits', async () => {
  const columns = {
    constructor: { type: 'double', nullable: true },
    valueof: { type: 'varchar' },
    toString: { type: 'varchar', nullable: true },
    ['__proto__']: { type: 'boolean' },
  } as const
  const batch = {
    rowCount: 2,
    columns: {
      constructor: Float64Array.of(1, 2),
      valueof: ['a', 'b'],
      toString: ['c', 'd'],
      ['__proto__']: Uint8Array.of(0, 1),
    },
    nulls: {},
  }
  const table = { name: 'cars', columns }
  const bytes = bytesOf(encodeParquet(table, [batch as unknown as Batch<typeof table>]))
  const { columns: found, rowCount } = await readFooter(bytes)
  expect(found.map(({ name, nullCount }) => [name, nullCount])).toEqual([
    ['constructor', 0],
    ['valueof', 0],
    ['toString', 0],
    ['__proto__', 0],
  ])
  expect(rowCount).toBe(2)
})

test('batches of another realm give the same bytes, and masks may be Buffers', () => {
  const script = `(() => {
    const twice = (values) => [values, values].flat()
    const columns = [
      BigInt64Array.of(1n, 2n), Int32Array.of(1, 2), Float64Array.of(1, 2), Float32Array.of(1, 2),
      BigInt64Array.of(1n, 2n), Int32Array.of(1, 2), Uint8Array.of(0, 1), ['a', 'b'],
    ]
    const values = (names) => Object.fromEntries(names.map((name, at) => [name, columns[at % 8]]))
    const nulls = (names) => Object.fromEntries(names.map((name) => [name, Uint8Array.of(0, 1)]))
    return (names) => ({ rowCount: 2, columns: values(names), nulls: nulls(names.slice(8)) })
  })()`
  const names = Object.keys(everyType.columns)
  const [own, foreign] = [runInThisContext(script), runInNewContext(script)].map((make) =>
    (make as (names: string[]) => Batch<typeof everyType>)(names),
  ) as [Batch<typeof everyType>, Batch<typeof everyType>]
  const expected = bytesOf(encodeParquet(everyType, [own]))
  expect(Buffer.compare(bytesOf(encodeParquet(everyType, [foreign])), expected)).toBe(0)

  // A Buffer's slice is no copy.
  const mask = Buffer.of(0, 1)
  const masks = Object.fromEntries(names.slice(8).map((name) => [name, mask]))
  function* buffered() {
    yield { ...own, nulls: masks }
    mask.fill(1)
  }
  expect(Buffer.compare(bytesOf(encodeParquet(everyType, buffered())), expected)).toBe(0)
})

describe('a table that cannot be encoded', () => {
  const types = 'timestamp, date, double, real, bigint, integer, boolean, varchar'
  test.each<[string, unknown, string]>([
    ['is missing', undefined, 'table expected what defineTable returns, got undefined'],
    ['has no name', { columns: {} }, 'table name expected Unicode text, got undefined'],
    ['lacks columns', { name: 'a' }, 'table a expected an object of columns by name, got undefined'],
    ['has no column', { name: 'a', columns: {} }, 'table a expected at least one column, got none'],
    [
      'has an unknown type',
      { name: 'a', columns: { b: { type: 'text' } } },
      `table a: column b expected a type of ${types}, got text`,
    ],
    [
      'has a name that is not Unicode',
      { name: 'a', columns: { '\ud800': { type: 'date' } } },
      'table a: column name "\\ud800" expected Unicode text, got half a surrogate pair',
    ],
  ])('because it %s is a TypeError', (_, table, sentence) => {
    expect(() => bytesOf(encodeParquet(table as typeof pump, []))).toThrow(new TypeError(sentence))
    expect(() => [...dataFiles(table as typeof pump, [])]).toThrow(new TypeError(sentence))
  })

  test('is not one whose names engines refuse', async () => {
    const table = { name: 'Turbine 1', columns: { 'Power (kW)': { type: 'real' } } } as const
    const batch = { rowCount: 1, columns: { 'Power (kW)': Float32Array.of(1.5) } }
    expect(await readWithHyparquet(bytesOf(encodeParquet(table, [batch])))).toEqual([[1.5]])
  })
})

test.each<[unknown, string]>([
  [
    (async function* () {})(),
    'an iterable, got an async iterable: collect it in an array first (partitionBatches of @minilake/partition does so within a limit of memory)',
  ],
  [pumpBatch(1), 'an iterable, such as an array, got an object'],
  [undefined, 'an iterable, such as an array, got undefined'],
])('refuses batches and files that cannot be iterated', (batches, expected) => {
  expect(() => bytesOf(encodeParquet(pump, batches as []))).toThrow(
    new TypeError(`batches of table pump expected ${expected}`),
  )
  expect(() => [...dataFiles(pump, batches as [])]).toThrow(
    new TypeError(`files of table pump expected ${expected}`),
  )
})

describe('a batch that does not fit the table', () => {
  const good = pumpBatch(2)
  const encode = (batch: unknown) => () => bytesOf(encodeParquet(pump, [good, batch as typeof good]))

  test.each([
    [
      'lacks a column',
      { ...good.columns, speed: undefined },
      'column speed expected Float64Array for double, got nothing',
    ],
    [
      'has another buffer',
      { ...good.columns, speed: new Float32Array(2) },
      'column speed expected Float64Array for double, got Float32Array',
    ],
    ['has a further column', { ...good.columns, depth: new Float64Array(2) }, 'got also depth'],
  ])('that %s is a TypeError', (_, columns, words) => {
    expect(encode({ rowCount: 2, columns })).toThrow(TypeError)
    expect(encode({ rowCount: 2, columns })).toThrow(words)
  })

  test('whose column is too short is a RangeError', () => {
    const columns = { ...good.columns, speed: new Float64Array(1) }
    expect(encode({ rowCount: 2, columns })).toThrow(
      new RangeError('batch of table pump: column speed expected 2 entries (rowCount), got 1'),
    )
  })

  test('with nulls in a column that is not nullable is a TypeError', () => {
    expect(encode({ ...good, nulls: { speed: new Uint8Array(2) } })).toThrow(
      new TypeError('batch of table pump: column speed expected no nulls (it is not nullable)'),
    )
  })
})

// Golden data: a change here, by us or by hyparquet-writer, changes everybody's files. Raise `createdBy` with it.
test('the bytes of rows of every type are the same on every machine and in every version', () => {
  const rows = Array.from({ length: 50_000 }, (_, row) => [
    BigInt(row) * 1_000_000n,
    row % 365,
    (row % 977) / 100,
    Math.fround(row / 3),
    BigInt(row) ** 3n,
    row,
    row % 2 === 0,
    `device ${row % 12}`,
    ...(row % 5 === 0
      ? Array<null>(8).fill(null)
      : [BigInt(row), row, row / 7, 1, 7n, row % 3, row % 4 === 0, `${row}`]),
  ])
  const hash = createHash('sha256')
  for (const chunk of encodeParquet(everyType, [batchOf(everyType, rows)], { rowGroupRows: 30_000 })) {
    hash.update(chunk)
  }
  expect(hash.digest('hex')).toMatchInlineSnapshot(
    `"f30fc947b03dc54f872b6bd5f6e5cd104c6fc66da90bc56285651e890ed434ac"`,
  )
})
