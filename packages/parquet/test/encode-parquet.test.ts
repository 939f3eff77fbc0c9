import { createHash } from 'node:crypto'
import { type Batch, defineTable, pump } from '@minilake/schema'
import { parquetMetadata } from 'hyparquet'
import { readColumnIndex, readOffsetIndex } from 'hyparquet/src/indexes.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Codec, createdBy, type EncodeOptions, encodeParquet } from '../src/index.js'
import { snappy } from '../src/snappy.js'
import { batchOf, everyType, type StoredValue } from './every-type.js'
import { bytesOf, type DuckDbReader, openDuckDbReader, readWithHyparquet } from './read-back.js'

let duckDb: DuckDbReader
beforeAll(async () => {
  duckDb = await openDuckDbReader()
})
afterAll(() => duckDb.close())

/** Rows of table pump, a second apart. */
function pumpBatch(rowCount: number, first = 0): Batch<typeof pump> {
  return batchOf(
    pump,
    Array.from({ length: rowCount }, (_, row) => [BigInt(first + row) * 1_000_000n, 100 + row, 2, 1450]),
  )
}

test('no batches give a valid file of no rows, with all its columns', async () => {
  for (const batches of [[], [pumpBatch(0)]]) {
    const bytes = bytesOf(encodeParquet(pump, batches))
    const metadata = parquetMetadata(bytes.buffer)
    expect(metadata).toMatchObject({ num_rows: 0n, row_groups: [], created_by: createdBy })
    expect(metadata.schema).toHaveLength(5)
    expect(await readWithHyparquet(bytes)).toEqual([])
    expect(await duckDb.query('SELECT count(*) FROM FILE', bytes)).toEqual([[0n]])
    const described = await duckDb.query('DESCRIBE SELECT * FROM FILE', bytes)
    expect(described.map(([name, type]) => [name, type])).toEqual([
      ['event_timestamp', 'TIMESTAMP'],
      ['pressure', 'DOUBLE'],
      ['velocity', 'DOUBLE'],
      ['speed', 'DOUBLE'],
    ])
  }
})

test('the writer names itself in the form that parquet-java trusts', () => {
  expect(createdBy).toMatch(/^minilake version \d+\.\d+\.\d+ \(build .+\)$/)
})

test.each([
  [10, 4, [4, 4, 2]],
  [8, 4, [4, 4]],
  [3, 4, [3]],
  [4, 1, [1, 1, 1, 1]],
])('%d rows in row groups of %d lie as %j', (rows, rowGroupRows, expected) => {
  const bytes = bytesOf(encodeParquet(pump, [pumpBatch(rows)], { rowGroupRows }))
  const { row_groups, num_rows } = parquetMetadata(bytes.buffer)
  expect(row_groups.map((group) => Number(group.num_rows))).toEqual(expected)
  expect(num_rows).toBe(BigInt(rows))
})

test('a day of readings is one row group by default', () => {
  const bytes = bytesOf(encodeParquet(pump, [pumpBatch(43_200), pumpBatch(43_200, 43_200)]))
  expect(parquetMetadata(bytes.buffer).row_groups.map(({ num_rows }) => num_rows)).toEqual([86_400n])
})

/** Rows of which no value recurs: 24 bytes and more each. */
function noisyBatch(rowCount: number): Batch<typeof pump> {
  const noise = () => Float64Array.from({ length: rowCount }, (_, row) => Math.sqrt(row + 2))
  return {
    rowCount,
    columns: {
      event_timestamp: new BigInt64Array(rowCount),
      pressure: noise(),
      velocity: noise(),
      speed: noise(),
    },
  }
}

test('batches are pulled as their row group is: the first chunk comes before the second group is touched', () => {
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

test('chunks are of 1 MiB but for the last, and stand for themselves: later ones do not overwrite them', async () => {
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

test('leaving early closes the batches', () => {
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
    'encodeParquet expected only rowGroupRows, codec, reuseBuffers, got rowgroupRows',
  ],
  ['no object', 5, 'encodeParquet expected an object of rowGroupRows, codec, reuseBuffers, got 5'],
  ['null', null, 'encodeParquet expected an object of rowGroupRows, codec, reuseBuffers, got null'],
  [
    'a codec that few readers know',
    { codec: { ...snappy, name: 'LZO' } },
    'codec expected a name of SNAPPY, GZIP, ZSTD, got "LZO"',
  ],
  ['the name of a codec', { codec: 'SNAPPY' }, 'codec expected { name, compress }, got "SNAPPY"'],
  ['buffers reused perhaps', { reuseBuffers: 1 }, 'reuseBuffers expected true or false, got 1'],
  ['no codec', { codec: null }, 'codec expected { name, compress }, got null'],
  [
    'a codec that compresses nothing',
    { codec: { name: 'ZSTD' } },
    'codec ZSTD expected compress to be a function, got undefined',
  ],
])('refuses %s in one sentence', (_, options, sentence) => {
  expect(() => bytesOf(encodeParquet(pump, [pumpBatch(1)], options as EncodeOptions))).toThrow(
    new TypeError(sentence),
  )
})

describe('buffers filled again for the next batch', () => {
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

  /** The rows in batches that all have the same buffers. */
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
    'are read in time for every type, in row groups of %d rows',
    async (rowGroupRows) => {
      const bytes = bytesOf(encodeParquet(everyType, refilled(), { rowGroupRows }))
      expect(await readWithHyparquet(bytes)).toEqual(rows)
    },
  )
})

describe('chunks that share their buffers', () => {
  const gauge = defineTable({ name: 'gauge', columns: { level: { type: 'double' } } })
  function* batches(): Generator<Batch<typeof gauge>> {
    for (let start = 0; start < 500_000; start += 100_000) {
      const level = Float64Array.from({ length: 100_000 }, (_, row) => (start + row) / 7)
      yield { rowCount: level.length, columns: { level } }
    }
  }
  const expected = bytesOf(encodeParquet(gauge, batches(), { rowGroupRows: 200_000 }))

  test('hold the same bytes, each until the next is taken; two files at a time share none', () => {
    const files = [1, 2].map(() => ({
      chunks: encodeParquet(gauge, batches(), { rowGroupRows: 200_000, reuseBuffers: true }),
      copies: [] as Uint8Array[],
      buffers: [] as ArrayBufferLike[],
    }))
    for (let isDone = false; !isDone;) {
      const taken = files.map(({ chunks, copies, buffers }) => {
        const { value } = chunks.next() as { value?: Uint8Array }
        if (value) buffers.push(value.buffer)
        return { value, copies }
      })
      expect(new Set(taken.map(({ value }) => value?.buffer)).size).toBe(taken[0]!.value ? 2 : 1)
      for (const { value, copies } of taken) if (value) copies.push(value.slice())
      isDone = taken[0]!.value === undefined
    }
    for (const { copies, buffers } of files) {
      expect(Buffer.compare(Buffer.concat(copies), expected)).toBe(0)
      expect(new Set(buffers).size).toBeLessThan(buffers.length)
    }
  })

  test('may be transferred, and are then not used again', () => {
    for (let file = 0; file < 2; file++) {
      const copies = Array.from(
        encodeParquet(gauge, batches(), { rowGroupRows: 200_000, reuseBuffers: true }),
        (chunk) => {
          const copy = chunk.slice()
          structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] })
          return copy
        },
      )
      expect(Buffer.compare(Buffer.concat(copies), expected)).toBe(0)
    }
  })

  test('are never those of a file whose chunks are its taker’s', () => {
    const own = encodeParquet(gauge, batches(), { rowGroupRows: 200_000 })
    const kept: Uint8Array[] = []
    for (const chunk of own) {
      kept.push(chunk)
      for (const _ of encodeParquet(gauge, batches(), { reuseBuffers: true })) break
    }
    expect(Buffer.compare(Buffer.concat(kept), expected)).toBe(0)
  })
})

test('a file has the bytes that it would have alone, whatever was encoded before it, or still is', () => {
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

describe('compressed pages', () => {
  const rows = pumpBatch(60_000)
  const constant = {
    ...noisyBatch(60_000),
    columns: { ...noisyBatch(60_000).columns, pressure: new Float64Array(60_000) },
  }

  test.each([
    ['a dictionary', rows],
    ['values that do not recur, split by byte', constant],
  ])('of %s read back as they were', async (_, batch) => {
    const compressed = bytesOf(encodeParquet(pump, [batch], { codec: snappy }))
    const [group] = parquetMetadata(compressed.buffer).row_groups
    expect(group!.columns.map(({ meta_data }) => meta_data!.codec)).toEqual(Array(4).fill('SNAPPY'))
    expect(group!.total_compressed_size).toBeLessThan(group!.total_byte_size)
    const expected = await duckDb.read(bytesOf(encodeParquet(pump, [batch])))
    expect(await duckDb.read(compressed)).toEqual(expected)
    expect(await readWithHyparquet(compressed)).toEqual(expected)
  })

  const gauge = defineTable({ name: 'gauge', columns: { level: { type: 'double' } } })
  /** Levels as a file, with what of it was handed to the codec, and what its pages take. */
  function encodeLevels(levelOf: (row: number) => number, codec: Codec | undefined) {
    const handed: number[] = []
    const bytes = bytesOf(
      encodeParquet(
        gauge,
        [
          {
            rowCount: 60_000,
            columns: { level: Float64Array.from({ length: 60_000 }, (_, row) => levelOf(row)) },
          },
        ],
        codec && {
          codec: {
            name: codec.name,
            compress(page) {
              handed.push(page.length)
              return codec.compress(page)
            },
          },
        },
      ),
    )
    const [chunk] = parquetMetadata(bytes.buffer).row_groups[0]!.columns
    const { offset_index_offset: start, offset_index_length: length } = chunk!
    const index = bytes.slice(Number(start), Number(start) + length!)
    const { page_locations } = readOffsetIndex({ view: new DataView(index.buffer), offset: 0 })
    return {
      bytes,
      handed,
      pageBytes: page_locations.map(({ compressed_page_size }) => compressed_page_size),
    }
  }

  /** The same levels, compressed and not, read back by both readers. */
  async function expectReadBack(compressed: Uint8Array, plain: Uint8Array) {
    expect(await readWithHyparquet(compressed)).toEqual(await readWithHyparquet(plain))
    expect(await duckDb.read(compressed)).toEqual(await duckDb.read(plain))
  }
  const repeating = (row: number) => row % 100
  const noisy = (row: number) => ((Math.imul(row, 0x9e3779b1) >>> 16) % 5003) / 100

  test('indexes that do not get smaller are left as they are, and only one page of them is tried', async () => {
    const plain = encodeLevels(noisy, undefined)
    const { bytes, handed, pageBytes } = encodeLevels(noisy, snappy)
    expect(handed).toHaveLength(2)
    expect(handed[0]).toBe(5003 * 8)
    // Of a page that is not compressed the header says so, in a byte of its own.
    expect(pageBytes).toEqual(plain.pageBytes.map((size) => size + 1))
    expect(bytes.length).toBeLessThan(plain.bytes.length)
    await expectReadBack(bytes, plain.bytes)
  })

  test.each([
    ['an eighth', 0, 4],
    ['a byte less than an eighth', 1, 2],
  ])('indexes of which %s is saved', (_, more, tries) => {
    const compress = (page: Uint8Array) => page.subarray(0, Math.floor((page.length * 7) / 8) + more)
    const { handed } = encodeLevels(noisy, { name: 'SNAPPY', compress })
    expect(handed).toHaveLength(tries)
  })

  test('indexes that repeat are compressed, page for page, also after a page of a constant', async () => {
    for (const levelOf of [repeating, (row: number) => (row < 20_000 ? 7 : repeating(row))]) {
      const plain = encodeLevels(levelOf, undefined)
      const { bytes, handed, pageBytes } = encodeLevels(levelOf, snappy)
      expect(handed).toHaveLength(4)
      for (const page of [1, 2]) expect(pageBytes[page]).toBeLessThan(plain.pageBytes[page]! / 5)
      await expectReadBack(bytes, plain.bytes)
    }
  })

  test('indexes are tried until a page does not pay, and left from there on', async () => {
    const levelOf = (row: number) => (row >= 20_000 && row < 40_000 ? noisy(row) : repeating(row))
    const plain = encodeLevels(levelOf, undefined)
    const { bytes, handed, pageBytes } = encodeLevels(levelOf, snappy)
    expect(handed).toHaveLength(3)
    expect(pageBytes[0]).toBeLessThan(plain.pageBytes[0]! / 5)
    expect(pageBytes.slice(1)).toEqual(plain.pageBytes.slice(1).map((size) => size + 1))
    await expectReadBack(bytes, plain.bytes)
  })

  test('values of which a page does not get smaller are tried again with the next page', async () => {
    const longer = (page: Uint8Array) => Buffer.concat([page, page])
    const { bytes, handed, pageBytes } = encodeLevels(Math.cbrt, { name: 'SNAPPY', compress: longer })
    expect(handed).toEqual([160_000, 160_000, 160_000])
    const plain = encodeLevels(Math.cbrt, undefined)
    expect(pageBytes).toEqual(plain.pageBytes.map((size) => size + 1))
    await expectReadBack(bytes, plain.bytes)
  })

  test('doubles that do not recur are split by byte', () => {
    const bytes = bytesOf(encodeParquet(pump, [constant], { codec: snappy }))
    const [group] = parquetMetadata(bytes.buffer).row_groups
    expect(group!.columns.map(({ meta_data }) => meta_data!.encodings.at(-1))).toEqual([
      'DELTA_BINARY_PACKED',
      'RLE_DICTIONARY',
      'BYTE_STREAM_SPLIT',
      'BYTE_STREAM_SPLIT',
    ])
  })
})

describe('pages', () => {
  const gauge = defineTable({
    name: 'gauge',
    columns: { time: { type: 'timestamp' }, level: { type: 'double', nullable: true } },
  })

  test('are pruned by their bounds: DuckDB and hyparquet find what they should, with a page of nulls in between', async () => {
    const rowCount = 70_000
    const batch: Batch<typeof gauge> = {
      rowCount,
      columns: {
        time: BigInt64Array.from({ length: rowCount }, (_, row) => BigInt(row) * 1_000_000n),
        level: Float64Array.from({ length: rowCount }, (_, row) => Math.floor(row / 10)),
      },
      nulls: {
        level: Uint8Array.from({ length: rowCount }, (_, row) => (row >= 20_000 && row < 40_000 ? 1 : 0)),
      },
    }
    const bytes = bytesOf(encodeParquet(gauge, [batch]))
    const count = async (condition: string) =>
      (await duckDb.query(`SELECT count(*) FROM FILE WHERE ${condition}`, bytes))[0]![0]
    expect(await count('level IS NULL')).toBe(20_000n)
    expect(await count('level = 5000')).toBe(10n)
    expect(await count("time >= TIMESTAMP '1970-01-01 12:00:00'")).toBe(BigInt(rowCount - 12 * 3600))
    const [group] = parquetMetadata(bytes.buffer).row_groups
    const indexes = group!.columns.map(({ column_index_offset, column_index_length }) =>
      readColumnIndex(
        {
          view: new DataView(bytes.buffer, Number(column_index_offset), column_index_length as number),
          offset: 0,
        },
        { name: '', type: 'INT64' },
      ),
    )
    expect(indexes.map(({ null_pages }) => null_pages)).toEqual([
      [false, false, false, false],
      [false, true, false, false],
    ])
    expect(indexes.map(({ boundary_order }) => boundary_order)).toEqual(['ASCENDING', 'ASCENDING'])
  })
})

describe('statistics', () => {
  const gauge = defineTable({
    name: 'gauge',
    columns: { level: { type: 'double', nullable: true }, grade: { type: 'real' } },
  })
  const statisticsOf = (levels: (number | null)[], grades = levels.map(() => 1)) => {
    const batch = batchOf(
      gauge,
      levels.map((level, row) => [level, grades[row]!]),
    )
    const [group] = parquetMetadata(bytesOf(encodeParquet(gauge, [batch])).buffer).row_groups
    return group!.columns.map(({ meta_data }) => {
      const { min_value, max_value, null_count } = meta_data!.statistics!
      return { min: min_value, max: max_value, nulls: null_count }
    })
  }

  test('are the least and the greatest value, and the number of nulls', () => {
    expect(statisticsOf([3, null, -7, 5.5], [2, 8, 0.5, 1])).toEqual([
      { min: -7, max: 5.5, nulls: 1n },
      { min: 0.5, max: 8, nulls: 0n },
    ])
  })

  test('leave NaN out, wherever it stands', () => {
    for (const levels of [
      [NaN, 1, 2],
      [1, NaN, 2],
      [2, 1, NaN],
    ]) {
      expect(statisticsOf(levels, levels).map(({ min, max }) => [min, max])).toEqual([
        [1, 2],
        [1, 2],
      ])
    }
  })

  test('are absent where there is nothing but NaN or null', () => {
    expect(statisticsOf([NaN, NaN])[0]).toEqual({ min: undefined, max: undefined, nulls: 0n })
    expect(statisticsOf([null, null])[0]).toEqual({ min: undefined, max: undefined, nulls: 2n })
  })

  test('take infinities for the values that they are', () => {
    expect(statisticsOf([1, Infinity, -Infinity])[0]).toMatchObject({ min: -Infinity, max: Infinity })
  })

  // Parquet's format: a min of 0 is written −0 and a max of −0 is written 0, since writers and readers order them otherwise.
  test('widen zeros, so that neither 0 nor −0 is pruned', () => {
    for (const zeros of [
      [0, 0],
      [-0, -0],
      [0, -0],
    ]) {
      const [level] = statisticsOf(zeros)
      expect(level).toEqual({ min: -0, max: 0, nulls: 0n })
    }
  })

  test('cover each column type', () => {
    const batch = batchOf(everyType, [
      [-5n, -3, 1, 1, -(2n ** 63n), -7, false, '\uFFFD', 1n, 1, 1, 1, 1n, 1, true, 'b'],
      [7n, 4, 2, 2, 2n ** 63n - 1n, 9, true, '\u{1F600}', null, null, null, null, null, null, null, null],
    ])
    const parsers = {
      timestampFromMicroseconds: (micros: bigint) => micros,
      dateFromDays: (days: number) => days,
    }
    const [group] = parquetMetadata(bytesOf(encodeParquet(everyType, [batch])).buffer, { parsers }).row_groups
    const bounds = group!.columns.map(({ meta_data }) => {
      const { min_value, max_value, null_count } = meta_data!.statistics!
      return [min_value, max_value, null_count]
    })
    expect(bounds).toEqual([
      [-5n, 7n, 0n],
      [-3, 4, 0n],
      [1, 2, 0n],
      [1, 2, 0n],
      [-(2n ** 63n), 2n ** 63n - 1n, 0n],
      [-7, 9, 0n],
      [false, true, 0n],
      ['\uFFFD', '\u{1F600}', 0n],
      [1n, 1n, 1n],
      [1, 1, 1n],
      [1, 1, 1n],
      [1, 1, 1n],
      [1n, 1n, 1n],
      [1, 1, 1n],
      [true, true, 1n],
      ['b', 'b', 1n],
    ])
  })

  test('lose no rows to DuckDB, which prunes row groups by them', async () => {
    const levels = [NaN, -0, 0, 1, 150, 151, Infinity, -Infinity, null, NaN, -0, 150, 149, NaN, NaN, 0]
    const batch = batchOf(
      gauge,
      levels.map((level) => [level, 1]),
    )
    const count = async (condition: string, rowGroupRows: number) => {
      const bytes = bytesOf(encodeParquet(gauge, [batch], { rowGroupRows }))
      return (await duckDb.query(`SELECT count(*) FROM FILE WHERE ${condition}`, bytes))[0]![0]
    }
    for (const rowGroupRows of [1, 2, 3, 5, 16]) {
      expect(await count('level = 0', rowGroupRows)).toBe(4n)
      expect(await count("level > 150 AND level <= CAST('Infinity' AS DOUBLE)", rowGroupRows)).toBe(2n)
      expect(await count('level >= 150 AND level < 200', rowGroupRows)).toBe(3n)
      expect(await count('level < 0', rowGroupRows)).toBe(1n)
      expect(await count('level IS NULL', rowGroupRows)).toBe(1n)
    }
  })
})

// Golden data: a change here is a change of everybody's files, be it ours or hyparquet-writer's. Raise `createdBy` with it.
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
    `"86a85907568b56ecd42155a06d076507a0aec62f00d23e093e0024aabb13d022"`,
  )
})
