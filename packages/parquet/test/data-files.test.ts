import { type Batch, pump } from '@minilake/schema'
import { expect, test } from 'vitest'
import { dataFiles, encodeParquet } from '../src/index.js'
import { batchOf } from './every-type.js'
import { bytesOf } from './read-back.js'

const batches = [batchOf(pump, [[0n, 100, 2, 1450]])]

test('each file keeps its key, with its batches as Parquet bytes', () => {
  const files = [
    ...dataFiles(pump, [
      { key: 'pump/a.parquet', batches },
      { key: 'pump/b.parquet', batches: [] },
    ]),
  ]
  expect(files.map(({ key }) => key)).toEqual(['pump/a.parquet', 'pump/b.parquet'])
  expect(files.map(({ bytes }) => bytesOf(bytes))).toEqual([
    bytesOf(encodeParquet(pump, batches)),
    bytesOf(encodeParquet(pump, [])),
  ])
})

test('encodes nothing before its bytes are pulled', () => {
  let taken = 0
  const counted: Iterable<Batch<typeof pump>> = {
    *[Symbol.iterator]() {
      taken += 1
      yield* batches
    },
  }
  const [file] = dataFiles(pump, [{ key: 'pump/a.parquet', batches: counted }])
  expect(taken).toBe(0)
  bytesOf(file!.bytes)
  expect(taken).toBe(1)
})

test.each(['2026.parquet', 'pump/sub/a.parquet', 'pump/_a.parquet', 'pump/a.txt', 'turbine/a.parquet'])(
  'refuses a key under which no engine would find the rows: %s',
  (key) => {
    expect(() => [...dataFiles(pump, [{ key, batches }])]).toThrow(
      new RangeError(`data file of table pump expected a key such as pump/a.parquet, got ${key}`),
    )
  },
)
