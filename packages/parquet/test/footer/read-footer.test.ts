import { runInNewContext } from 'node:vm'
import { pump } from '@minilake/schema'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { createdBy, encodeParquet, readFooter } from '../../src/index.js'
import { batchOf, everyType } from '../every-type.js'
import { bytesOf, fileOf } from '../read-back.js'

const day = Date.UTC(2026, 0, 1)
const bytes = bytesOf(
  encodeParquet(
    pump,
    [
      batchOf(
        pump,
        Array.from({ length: 5 }, (_, row) => [BigInt(day + row * 1000) * 1000n, 100 + row, 2 - row, NaN]),
      ),
    ],
    { rowGroupRows: 2, metadata: { note: 'one ± two', empty: '' } },
  ),
)
const footerOf = (content: Uint8Array) => readFooter(fileOf(content))

test('describes our own file over all row groups', async () => {
  expect(await footerOf(bytes)).toEqual({
    rowCount: 5,
    rowGroupCount: 3,
    createdBy,
    rowsSha256: 'c61f80c8ea245706a174d6df19406faa8c8f4cfdb816c6cdce87ab0e60e67592',
    checks: {
      version: 1,
      rows: 5,
      columns: {
        event_timestamp: { values: 5, min: `${day}000`, max: `${day + 4000}000` },
        pressure: { values: 5, nan: 0, min: '100', max: '104' },
        velocity: { values: 5, nan: 0, min: '-2', max: '2' },
        speed: { values: 5, nan: 5 },
      },
    },
    metadata: { note: 'one ± two', empty: '' },
    columns: [
      {
        name: 'event_timestamp',
        type: 'INT64 TIMESTAMP(MICROS,false)',
        nullable: false,
        min: new Date(day),
        max: new Date(day + 4000),
        nullCount: 0,
      },
      { name: 'pressure', type: 'DOUBLE', nullable: false, min: 100, max: 104, nullCount: 0 },
      { name: 'velocity', type: 'DOUBLE', nullable: false, min: -2, max: 2, nullCount: 0 },
      { name: 'speed', type: 'DOUBLE', nullable: false, nullCount: 0 },
    ],
  })
})

test('a file without rows has columns without bounds', async () => {
  const footer = await footerOf(bytesOf(encodeParquet(pump, [])))
  expect(footer).toMatchObject({ rowCount: 0, rowGroupCount: 0 })
  expect(footer.columns[1]).toEqual({ name: 'pressure', type: 'DOUBLE', nullable: false })
})

test('combines bounds and nulls of every type over the row groups', async () => {
  const rows = [
    [1n, 1, 1, 1, 2n ** 60n, 1, false, 'b', null, null, null, null, null, null, null, null],
    [0n, 0, 0.5, 0.5, -1n, -1, true, 'a', 1n, 1, 1, 1, 1n, 1, true, 'z'],
  ]
  const { columns } = await footerOf(
    bytesOf(encodeParquet(everyType, [batchOf(everyType, rows)], { rowGroupRows: 1 })),
  )
  expect(columns.slice(0, 8).map(({ min, max }) => [min, max])).toEqual([
    [new Date(0), new Date(0)],
    [new Date(0), new Date(86_400_000)],
    [0.5, 1],
    [0.5, 1],
    [-1n, 2n ** 60n],
    [-1, 1],
    [false, true],
    ['a', 'b'],
  ])
  expect(columns.slice(8).map(({ nullable, nullCount, min }) => [nullable, nullCount, min])).toEqual(
    Array(8).fill([true, 1, undefined]),
  )
})

// In UTF-16, by which JavaScript compares strings, they have the opposite order.
test('combines bounds of texts in the order of UTF-8, as in every row group', async () => {
  const note = { name: 'note', columns: { text: { type: 'varchar' } } } as const
  const batch = batchOf(note, [['\uFFFD'], ['\u{1F600}']])
  const { columns } = await footerOf(bytesOf(encodeParquet(note, [batch], { rowGroupRows: 1 })))
  expect(columns[0]).toMatchObject({ min: '\uFFFD', max: '\u{1F600}' })
})

test('reads a Uint8Array, of any length and realm, and a Buffer that is a view of a larger one', async () => {
  const expected = await footerOf(bytes)
  const larger = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')])
  const foreign = runInNewContext('Uint8Array.from(bytes)', { bytes }) as Uint8Array
  for (const view of [bytes, larger.subarray(6, 6 + bytes.length), Buffer.from(bytes), foreign])
    expect(await readFooter(view)).toEqual(expected)
  expect(await readFooter(bytes.buffer)).toEqual(expected)
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  expect(await readFooter(shared)).toEqual(expected)
  await expect(readFooter(larger)).rejects.toThrow(/^not a Parquet file: /)
})

test.each([
  [undefined, 'undefined'],
  ['readings.parquet', "'readings.parquet'"],
  [{ byteLength: 100 }, 'an object'],
  [new Float64Array(100), 'Float64Array'],
])('refuses %j, which is not the bytes of a file', async (file, got) => {
  await expect(readFooter(file as unknown as ArrayBuffer)).rejects.toThrow(
    new TypeError(`readFooter expected a Uint8Array, an ArrayBuffer or { byteLength, slice }, got ${got}`),
  )
})

test('reads only the ends of a file', async () => {
  const large = new Uint8Array(4_000_000)
  large.set(bytes.subarray(0, 4))
  large.set(bytes.subarray(4), large.length - bytes.length + 4)
  let read = 0
  const file = fileOf(large)
  const footer = await readFooter({
    byteLength: file.byteLength,
    slice: (start, end) => {
      const part = file.slice(start, end)
      read += part.byteLength
      return part
    },
  })
  expect(footer.rowCount).toBe(5)
  expect(read).toBeLessThan(100_000)
})

test('reads files of other writers, with the leaves of nested columns', async () => {
  const foreign = parquetWriteBuffer({
    columnData: [
      { name: 'id', data: [1, 2], type: 'INT32', nullable: false },
      { name: 'name', data: ['a', null], type: 'STRING', nullable: true },
    ],
    createdBy: 'somebody else',
  })
  expect(await footerOf(new Uint8Array(foreign))).toMatchObject({
    rowCount: 2,
    createdBy: 'somebody else',
    columns: [
      { name: 'id', type: 'INT32', nullable: false, min: 1, max: 2 },
      { name: 'name', type: 'BYTE_ARRAY STRING', nullable: true, nullCount: 1, min: 'a', max: 'a' },
    ],
  })
  const nested = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: 1 },
      { name: 'place', num_children: 2, repetition_type: 'REQUIRED' },
      { name: 'x', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      { name: 'y', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ],
    columnData: [{ name: 'place', data: [{ x: 1, y: 2 }] }],
  })
  expect((await footerOf(new Uint8Array(nested))).columns.map(({ name }) => name)).toEqual([
    'place.x',
    'place.y',
  ])
})

const damagedLength = bytes.slice()
damagedLength.fill(0xff, -8, -4)
const damagedFooter = bytes.slice()
damagedFooter.fill(0xff, -200, -8)
const text = (words: string) => new TextEncoder().encode(words)

test.each<[string, Uint8Array, string | RegExp]>([
  ['an empty file', new Uint8Array(), 'not a Parquet file: expected at least 12 bytes, got 0'],
  ['eleven bytes', bytes.subarray(0, 11), 'not a Parquet file: expected at least 12 bytes, got 11'],
  [
    'a text',
    text('time,pressure\n2026-01-01,100\n'),
    'not a Parquet file: expected PAR1 at its start, got "time"',
  ],
  [
    'a file cut in its first row group',
    bytes.subarray(0, 20),
    'a truncated Parquet file: expected PAR1 at its end',
  ],
  [
    'a file cut in the middle',
    bytes.subarray(0, bytes.length / 2),
    'a truncated Parquet file: expected PAR1 at its end',
  ],
  [
    'a file without its last byte',
    bytes.subarray(0, -1),
    'a truncated Parquet file: expected PAR1 at its end',
  ],
  ['a file without its head', bytes.subarray(4), /^not a Parquet file: expected PAR1 at its start, got "/],
  [
    'nothing between its ends',
    text('PAR1....PAR1'),
    /^a damaged Parquet file: its footer cannot be read \(.+\)$/,
  ],
  [
    'a footer longer than the file',
    damagedLength,
    /^a damaged Parquet file: its footer cannot be read \(.+\)$/,
  ],
  ['a damaged footer', damagedFooter, /^a damaged Parquet file: its footer cannot be read \(.+\)$/],
  [
    'a footer of zeros',
    text('PAR1\0\0\0\0\x04\0\0\0PAR1'),
    /^a damaged Parquet file: its footer cannot be read \(.+\)$/,
  ],
])('refuses %s in one sentence', async (_, content, sentence) => {
  const error = await footerOf(content).then(
    () => undefined,
    (error: unknown) => error as Error,
  )
  expect(error).toBeInstanceOf(Error)
  expect(error!.message).not.toContain('\n')
  if (typeof sentence === 'string') expect(error!.message).toBe(sentence)
  else expect(error!.message).toMatch(sentence)
})

test('never takes a truncated file for a complete one', async () => {
  for (let length = 0; length < bytes.length; length += 7) {
    await expect(footerOf(bytes.subarray(0, length))).rejects.toThrow(
      /^(not a|a truncated|a damaged) Parquet file/,
    )
  }
})
