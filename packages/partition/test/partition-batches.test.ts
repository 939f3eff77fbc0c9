import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext, runInThisContext } from 'node:vm'
import { type Batch, defineTable, formatUtcDay, type Table } from '@minilake/schema'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { partitionBatches, type PartitionedBatches, type PartitionOptions } from '../src/index.js'
import { anyRows, anyTable, batchOf, rowsOf, type StoredRow } from './any-rows.js'
import { expectedPartitions } from './expected-partitions.js'

const spillFolder = mkdtempSync(join(tmpdir(), 'minilake-partition-'))
afterAll(() => rmSync(spillFolder, { recursive: true }))
const missingFolder = join(spillFolder, 'missing')

const dayMicros = 86_400_000_000n
const reading = defineTable({
  name: 'reading',
  columns: { event_timestamp: { type: 'timestamp' }, value: { type: 'integer' } },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['event_timestamp'],
})
const { partitions: _, ...unpartitioned } = reading
const readings = (times: readonly bigint[]): Batch<typeof reading> => ({
  rowCount: times.length,
  columns: { event_timestamp: BigInt64Array.from(times), value: Int32Array.from(times, (_, row) => row) },
})
const twoDays = () => [readings([dayMicros, 0n]), readings([dayMicros - 1n, dayMicros + 1n]), readings([1n])]

async function taken<T extends Table>(
  table: T,
  batches: Iterable<Batch<T>> | AsyncIterable<Batch<T>>,
  options: PartitionOptions = {},
) {
  const partitions: { partition: Readonly<Record<string, string>>; batches: Batch<T>[] }[] = []
  for await (const { partition, batches: sorted } of partitionBatches(table, batches, options)) {
    partitions.push({ partition, batches: [...sorted] })
  }
  return partitions
}

function cut(table: Table, rows: readonly StoredRow[], sizes: readonly number[]): Batch[] {
  let end = 0
  return [...sizes, rows.length].map((size) => batchOf(table, rows.slice(end, (end += size))))
}

async function* later<B>(batches: Iterable<B>): AsyncGenerator<B> {
  for (const batch of batches) yield await Promise.resolve(batch)
}

const anyCase = anyTable.chain((table) =>
  fc.record({
    table: fc.constant(table),
    rows: anyRows(table),
    sizes: fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 6 }),
    memoryBytes: fc.constantFrom(1, 500, 5_000, 64 * 1024 * 1024),
    isAsync: fc.boolean(),
  }),
)

describe('laws', () => {
  test('rows come out by partition and in order, ties in order of arrival, all values unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ table, rows, sizes, memoryBytes, isAsync }) => {
        const batches = cut(table, rows, sizes)
        const partitions = await taken(table, isAsync ? later(batches) : batches, {
          memoryBytes,
          spillFolder,
        })
        const found = partitions.map(({ partition, batches: sorted }) => ({
          partition,
          rows: sorted.flatMap((batch) => rowsOf(table, batch)),
        }))
        expect(found).toEqual(expectedPartitions(table, rows))
        expect(found.map(({ partition }) => Object.keys(partition))).toEqual(
          found.map(() => Object.keys(table.partitions ?? {})),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('batches are the same, however the rows are cut and however many fit in memory', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ table, rows, sizes, memoryBytes }) => {
        const whole = await taken(table, [batchOf(table, rows)])
        const partitions = await taken(table, cut(table, rows, sizes), { memoryBytes, spillFolder })
        expect(partitions).toEqual(whole)
      }),
      { numRuns: 300 },
    )
  })
})

test('no rows give no partition, for tables with and without partitions', async () => {
  for (const table of [reading, unpartitioned]) {
    expect(await taken(table, [])).toEqual([])
    expect(await taken(table, [readings([]), readings([])], { memoryBytes: 1, spillFolder })).toEqual([])
  }
})

test('a day begins at midnight and ends a microsecond before the next one, before 1970 too', async () => {
  const midnights = [-2n, -1n, 0n, 1n, 20_454n].map((day) => day * dayMicros)
  const partitions = await taken(reading, [readings(midnights.flatMap((time) => [time - 1n, time]))])
  expect(
    partitions.map(({ partition, batches: [batch] }) => [
      partition.event_date,
      ...(batch?.columns.event_timestamp ?? []),
    ]),
  ).toEqual([
    ['1969-12-29', -2n * dayMicros - 1n],
    ['1969-12-30', -2n * dayMicros, -dayMicros - 1n],
    ['1969-12-31', -dayMicros, -1n],
    ['1970-01-01', 0n, dayMicros - 1n],
    ['1970-01-02', dayMicros],
    ['2025-12-31', 20_454n * dayMicros - 1n],
    ['2026-01-01', 20_454n * dayMicros],
  ])
})

test('only the years 0001 to 9999 have partitions', async () => {
  const [first, last] = [-719_162n * dayMicros, 2_932_897n * dayMicros - 1n]
  const partitions = await taken(reading, [readings([last, first])])
  expect(partitions.map(({ partition }) => partition.event_date)).toEqual(['0001-01-01', '9999-12-31'])
  for (const time of [first - 1n, last + 1n, -(2n ** 63n), 2n ** 63n - 1n]) {
    await expect(taken(reading, [readings([0n, time])])).rejects.toThrow(
      new RangeError(
        `table reading: partition event_date expected a time of the years 0001 to 9999 in event_timestamp, got ${time} µs since 1970`,
      ),
    )
  }
})

test('refuses a row without a partition time', async () => {
  const table = defineTable({
    ...reading,
    columns: { ...reading.columns, event_timestamp: { type: 'timestamp', nullable: true } },
  })
  const batch = { ...readings([1n, 2n]), nulls: { event_timestamp: Uint8Array.of(0, 1) } }
  await expect(taken(table, [batch])).rejects.toThrow(
    new RangeError(
      'table reading: partition event_date expected a time of the years 0001 to 9999 in event_timestamp, got null',
    ),
  )
})

test('all batches but the last of a partition have 131,072 rows', async () => {
  const times = Array.from({ length: 300_000 }, (_, row) => BigInt((row * 7919) % 300_000))
  const batches = [times.slice(0, 1000), times.slice(1000, 200_000), times.slice(200_000)]
  for (const memoryBytes of [64 * 1024 * 1024, 1024 * 1024]) {
    const [all, ...others] = await taken(unpartitioned, batches.map(readings), { memoryBytes, spillFolder })
    expect(others).toEqual([])
    expect(all?.batches.map(({ rowCount }) => rowCount)).toEqual([131_072, 131_072, 37_856])
    const sorted = all?.batches.flatMap(({ columns }) => [...columns.event_timestamp])
    expect(sorted).toEqual(Array.from({ length: 300_000 }, (_, row) => BigInt(row)))
  }
})

test('splits one input into ten thousand partitions', async () => {
  const days = 10_000
  const times = Array.from({ length: 3 * days }, (_, row) => BigInt((row * 7919) % days) * dayMicros)
  const batches = Array.from({ length: 60 }, (_, at) => readings(times.slice(at * 500, (at + 1) * 500)))
  const partitions = await taken(reading, batches, { memoryBytes: 64 * 1024, spillFolder })
  expect(partitions.map(({ partition }) => partition.event_date)).toEqual(
    Array.from({ length: days }, (_, day) => formatUtcDay(day)),
  )
  expect(partitions.every(({ batches }) => batches.length === 1 && batches[0]?.rowCount === 3)).toBe(true)
})

test('refuses too many partitions before the first one', async () => {
  const batches = [readings([5n * dayMicros, 0n]), readings([dayMicros, 0n])]
  expect(await taken(reading, batches, { maxPartitions: 3 })).toHaveLength(3)
  await expect(taken(reading, batches, { maxPartitions: 2 })).rejects.toThrow(
    new RangeError(
      'rows of table reading expected at most 2 partitions, got 3 (event_date=1970-01-01 to event_date=1970-01-06): check that the times are read correctly, or allow them with `maxPartitions` 3',
    ),
  )
  expect(await taken(unpartitioned, batches, { maxPartitions: 1 })).toHaveLength(1)

  const twice = defineTable({
    name: 'twice',
    columns: { a: { type: 'timestamp' }, b: { type: 'timestamp' } },
    partitions: { of_b: { from: 'b', by: 'day' }, of_a: { from: 'a', by: 'day' } },
  })
  const a = BigInt64Array.of(0n, 1n, dayMicros, 0n)
  const b = BigInt64Array.of(0n, dayMicros, 0n, 1n)
  await expect(taken(twice, [{ rowCount: 4, columns: { a, b } }], { maxPartitions: 2 })).rejects.toThrow(
    'got 3 (of_b=1970-01-01/of_a=1970-01-01 to of_b=1970-01-02/of_a=1970-01-01)',
  )
})

describe('consuming', () => {
  test('asking for the next partition skips the rest of the current one', async () => {
    const found: unknown[] = []
    for await (const { partition } of partitionBatches(reading, twoDays())) found.push(partition)
    expect(found).toEqual([{ event_date: '1970-01-01' }, { event_date: '1970-01-02' }])

    const many = readings(Array.from({ length: 140_000 }, (_, row) => BigInt(row)))
    for await (const { batches } of partitionBatches(unpartitioned, [many])) {
      for (const { rowCount } of batches) {
        found.push(rowCount)
        break
      }
    }
    expect(found.slice(2)).toEqual([131_072])
  })

  test.each([
    ['from memory', {}],
    ['from the temporary file', { memoryBytes: 1, spillFolder }],
  ])('pulling batches too late throws, %s', async (_, options) => {
    const partitions = partitionBatches(reading, twoDays(), options)
    const first = (await partitions.next()).value as PartitionedBatches<typeof reading>
    const second = (await partitions.next()).value as PartitionedBatches<typeof reading>
    expect(() => [...first.batches]).toThrow('got pulled too late for {"event_date":"1970-01-01"}')
    expect([...second.batches]).toHaveLength(1)
    await partitions.return(undefined)

    const untaken: Iterable<unknown>[] = []
    for await (const { batches } of partitionBatches(reading, twoDays(), options)) untaken.push(batches)
    expect(untaken).toHaveLength(2)
    for (const batches of untaken) expect(() => [...batches]).toThrow('got pulled too late for')
  })

  test('the consumer owns a batch and may write to its memory', async () => {
    const kept: bigint[][] = []
    for await (const { batches } of partitionBatches(reading, twoDays())) {
      for (const { columns } of batches) {
        kept.push([...columns.event_timestamp])
        new Uint8Array(columns.event_timestamp.buffer).fill(255)
      }
    }
    expect(kept).toEqual([
      [0n, 1n, dayMicros - 1n],
      [dayMicros, dayMicros + 1n],
    ])
  })
})

describe('the temporary file', () => {
  const openSpillFiles = () =>
    readdirSync('/proc/self/fd').filter((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(spillFolder)
      } catch {
        return false // the descriptor of the listing itself
      }
    })
  const expectNoFiles = () => {
    expect(readdirSync(spillFolder)).toEqual([])
    if (existsSync('/proc/self/fd')) expect(openSpillFiles()).toEqual([])
  }
  const spilling = { memoryBytes: 1, spillFolder }

  test('is created only when rows do not fit in memory', async () => {
    const inMemory = (memoryBytes: number) =>
      taken(reading, twoDays(), { memoryBytes, spillFolder: missingFolder })
    const bytes = 5 * 12
    expect(await inMemory(bytes)).toHaveLength(2)
    await expect(inMemory(bytes - 1)).rejects.toThrow('spill file')
  })

  test('is a single file without a name, and is gone at the end', async () => {
    for await (const { batches } of partitionBatches(reading, twoDays(), spilling)) {
      expect(readdirSync(spillFolder)).toEqual([])
      if (existsSync('/proc/self/fd')) expect(openSpillFiles()).toHaveLength(1)
      expect([...batches]).toHaveLength(1)
    }
    expectNoFiles()
  })

  test('is gone when the consumer stops early or throws', async () => {
    for await (const { batches } of partitionBatches(reading, twoDays(), spilling)) {
      for (const _ of batches) break
      break
    }
    expectNoFiles()
    const consume = async () => {
      for await (const _ of partitionBatches(reading, twoDays(), spilling)) throw new Error('consumer')
    }
    await expect(consume()).rejects.toThrow('consumer')
    expectNoFiles()
    const partitions = partitionBatches(reading, twoDays(), spilling)
    await partitions.next()
    await partitions.return(undefined)
    expectNoFiles()
  })

  test('is gone when the input throws or does not fit the table, and closes the input', async () => {
    let ended = 0
    function* failing(last: () => Batch<typeof reading>) {
      try {
        yield* twoDays()
        yield last()
      } finally {
        ended += 1
      }
    }
    const thrower = () => {
      throw new Error('input')
    }
    await expect(taken(reading, failing(thrower), spilling)).rejects.toThrow('input')
    await expect(taken(reading, later(failing(thrower)), spilling)).rejects.toThrow('input')
    expectNoFiles()
    const tooShort = { ...readings([0n]), rowCount: 2 }
    const refused = failing(() => tooShort)
    await expect(taken(reading, refused, spilling)).rejects.toThrow('expected 2 entries (rowCount), got 1')
    expectNoFiles()
    expect(ended).toBe(3)
  })

  test('that cannot be created is an Error that names it, with its cause', async () => {
    const failed = taken(reading, twoDays(), { memoryBytes: 1, spillFolder: missingFolder })
    await expect(failed).rejects.toThrow(`spill file ${missingFolder}`)
    await expect(failed).rejects.toThrow(/could not be created: ENOENT/)
    await expect(failed).rejects.toMatchObject({ cause: { code: 'ENOENT' } })
  })
})

test.each([0, -1, 0.5, NaN, Infinity])('refuses memoryBytes of %s', async (memoryBytes) => {
  await expect(taken(reading, [], { memoryBytes })).rejects.toThrow(
    new RangeError(`memoryBytes expected a whole number of at least 1, got ${memoryBytes}`),
  )
})

const cars = defineTable({
  name: 'cars',
  columns: {
    constructor: { type: 'timestamp' },
    valueof: { type: 'boolean', nullable: true },
    watch: { type: 'double', nullable: true },
  },
  partitions: { event_date: { from: 'constructor', by: 'day' } },
  sortedBy: ['constructor'],
})

test('columns may be named like members that every object inherits', async () => {
  const batch = {
    rowCount: 2,
    columns: {
      constructor: BigInt64Array.of(1n, 0n),
      valueof: Uint8Array.of(1, 0),
      watch: Float64Array.of(1, 0),
    },
    nulls: {},
  }
  for (const memoryBytes of [1, 1_000_000]) {
    const [partition] = await taken(cars, [batch, batch], {
      memoryBytes,
      spillFolder,
    })
    expect(partition?.batches).toEqual([
      {
        rowCount: 4,
        columns: {
          constructor: BigInt64Array.of(0n, 0n, 1n, 1n),
          valueof: Uint8Array.of(0, 0, 1, 1),
          watch: Float64Array.of(0, 0, 1, 1),
        },
        nulls: { valueof: new Uint8Array(4), watch: new Uint8Array(4) },
      },
    ])
  }
})

test('batches of another realm give the same partitions', async () => {
  const script = `({
    rowCount: 3,
    columns: {
      constructor: BigInt64Array.of(2n, 1n, 0n),
      valueof: Uint8Array.of(1, 0, 1),
      watch: Float64Array.of(3, 2, 1),
    },
    nulls: { valueof: Uint8Array.of(0, 1, 0), watch: Uint8Array.of(1, 0, 0) },
  })`
  const [own, foreign] = [runInThisContext(script), runInNewContext(script)] as Batch<typeof cars>[]
  expect(await taken(cars, [foreign!])).toEqual(await taken(cars, [own!]))
})

test.each([
  [undefined, 'undefined'],
  [{ rowCount: 0, columns: {} }, 'an object'],
])('refuses the batches %j', async (batches, got) => {
  await expect(taken(reading, batches as unknown as [])).rejects.toThrow(
    new TypeError(`batches of table reading expected an iterable or async iterable of batches, got ${got}`),
  )
})
