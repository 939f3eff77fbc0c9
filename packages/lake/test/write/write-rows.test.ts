import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Batch, type InputRow, pump } from '@minilake/schema'
import { expect, expectTypeOf, test } from 'vitest'
import type { Lake } from '../../src/index.js'
import { freshLake } from '../fresh-lake.js'
import { turbine } from '../turbine.js'

type Row = InputRow<typeof turbine>

const rows: Row[] = [
  { event_timestamp: new Date('2026-01-02T00:30:00Z'), turbine_id: 'b', power: 3, starts: 2n },
  { event_timestamp: new Date('2026-01-01T10:00:00Z'), turbine_id: 'b', power: 1.5 },
  { event_timestamp: new Date('2026-01-01T10:00:00Z'), turbine_id: 'a', power: null, starts: 1n },
]

async function rowsIn(lake: Lake): Promise<unknown[]> {
  const found = []
  const sql = 'SELECT event_date, turbine_id, power, starts FROM hive.iot_dw.turbine ORDER BY ALL'
  for await (const row of lake.query(sql)) found.push(row)
  return found
}

const expected = [
  { event_date: '2026-01-01', turbine_id: 'a', power: null, starts: 1n },
  { event_date: '2026-01-01', turbine_id: 'b', power: 1.5, starts: null },
  { event_date: '2026-01-02', turbine_id: 'b', power: 3, starts: 2n },
]

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

test.each<[string, () => Iterable<Row> | AsyncIterable<Row>]>([
  ['an array', () => rows],
  [
    'a generator',
    function* () {
      yield* rows
    },
  ],
  [
    'an async generator',
    async function* () {
      for (const row of rows) yield await Promise.resolve(row)
    },
  ],
])('rows of %s become one file per partition, and the same rows again change nothing', async (_, source) => {
  const { lake } = await freshLake({ tables: [turbine] })
  const report = await lake.write(turbine, source())
  expect(report).toMatchObject({ table: 'turbine', rows: 3, written: 2, unchanged: 0 })
  expect(report.keys).toEqual([
    expect.stringMatching(/^turbine\/event_date=2026-01-01\/write-[0-9a-f]{32}\.parquet$/),
    expect.stringMatching(/^turbine\/event_date=2026-01-02\/write-[0-9a-f]{32}\.parquet$/),
  ])
  expect(await rowsIn(lake)).toEqual(expected)
  expect(await lake.write(turbine, source())).toMatchObject({ written: 0, unchanged: 2, keys: report.keys })
  expect(await rowsIn(lake)).toEqual(expected)
})

test('batches are written as they are', async () => {
  const { lake } = await freshLake({ tables: [pump] })
  const batch: Batch<typeof pump> = {
    rowCount: 2,
    columns: {
      event_timestamp: BigInt64Array.of(1_767_225_600_000_000n, 1_767_225_601_000_000n),
      pressure: Float64Array.of(1, 2),
      velocity: Float64Array.of(1, 2),
      speed: Float64Array.of(1, 2),
    },
  }
  expect(await lake.write(pump, [batch, batch])).toMatchObject({ rows: 4, written: 1 })
})

test('no rows write nothing', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  expect(await lake.write(turbine, [])).toMatchObject({ rows: 0, written: 0, keys: [], bytes: 0 })
  expect(await filesBelow(folder)).toEqual([])
})

test.each<[string, object, RegExp]>([
  ['a text for a number', { power: '3' }, /row 2, column power: expected .*number.*, got '3'/],
  ['a column that the table lacks', { volts: 3 }, /row 2.*volts/],
  ['a null in a column that is not nullable', { turbine_id: null }, /row 2, column turbine_id/],
  ['an invalid date', { event_timestamp: new Date(NaN) }, /row 2, column event_timestamp/],
  ['a bigint beyond 64 bits', { starts: 2n ** 63n }, /row 2, column starts/],
])('%s names row and column, and nothing is written', async (_, wrong, message) => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  const failure = await lake
    .write(turbine, [rows[0], { ...rows[1], ...wrong }] as Row[])
    .catch((error: unknown) => error)
  expect(['TypeError', 'RangeError']).toContain((failure as Error).name)
  expect((failure as Error).message).toMatch(message)
  expect(await filesBelow(folder)).toEqual([])
})

test('a source that fails, or is aborted, leaves nothing', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  const broken = new Error('the device is gone')
  const failing = async function* () {
    yield* await Promise.resolve(rows)
    throw broken
  }
  await expect(lake.write(turbine, failing())).rejects.toBe(broken)
  const abort = new AbortController()
  const endless = function* () {
    for (let n = 0; ; n++) {
      if (n === 200_000) abort.abort(broken)
      yield { ...rows[0], turbine_id: String(n) } as Row
    }
  }
  await expect(lake.write(turbine, endless(), { signal: abort.signal })).rejects.toBe(broken)
  expect(await filesBelow(folder)).toEqual([])
})

test('an abort ends a write whose source is slow, or never answers, and closes the source', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  const reason = new Error('enough')
  let isClosed = false
  const slow = async function* () {
    try {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        yield rows[0] as Row
      }
    } finally {
      isClosed = true
    }
  }
  const silent: AsyncIterable<Row> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
  }
  for (const source of [slow(), silent]) {
    const abort = new AbortController()
    setTimeout(() => abort.abort(reason), 50)
    await expect(lake.write(turbine, source, { signal: abort.signal })).rejects.toBe(reason)
  }
  await expect.poll(() => isClosed).toBe(true)
  expect(await filesBelow(folder)).toEqual([])
})

test('memory does not grow with the rows', { timeout: 120_000 }, async () => {
  const { lake } = await freshLake({ tables: [pump] })
  let peak = 0
  const many = function* (rowCount: number) {
    const start = Date.UTC(2026, 0, 1)
    for (let row = 0; row < rowCount; row++) {
      if (row % 50_000 === 0) peak = Math.max(peak, process.memoryUsage().arrayBuffers)
      yield { event_timestamp: new Date(start + row * 1000), pressure: row % 977, velocity: 1.7, speed: 1450 }
    }
  }
  await lake.write(pump, many(6_000_000))
  expect(peak).toBeLessThan(150e6) // the rows take 32 bytes each, 192 MB
})

test('an endless source without pauses lets an abort through', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  const endless = function* () {
    for (;;) yield rows[0] as Row
  }
  const signal = AbortSignal.timeout(100)
  await expect(lake.write(turbine, endless(), { signal })).rejects.toThrow(/timeout/)
  expect(await filesBelow(folder)).toEqual([])
})

test.each([null, 5, Promise.resolve([])])('%o is no source of rows', async (source) => {
  const { lake } = await freshLake({ tables: [turbine] })
  await expect(lake.write(turbine, source as unknown as Row[])).rejects.toThrow(
    /^write expected an iterable of rows or of batches, got /,
  )
})

test('too many partitions are refused', async () => {
  const { folder, lake } = await freshLake({ tables: [turbine] })
  await expect(lake.write(turbine, rows, { maxPartitions: 1 })).rejects.toThrow(RangeError)
  expect(await filesBelow(folder)).toEqual([])
})

test('rows are typed by the table', () => {
  expectTypeOf<Parameters<Lake['write']>[1]>().not.toBeAny()
  const write = (lake: Lake) => [
    lake.write(turbine, rows),
    // @ts-expect-error power is a number
    lake.write(turbine, [{ event_timestamp: new Date(), turbine_id: 'a', power: 'much' }]),
    // @ts-expect-error turbine_id is missing
    lake.write(turbine, [{ event_timestamp: new Date() }]),
  ]
  expect(write).toBeTypeOf('function')
})
