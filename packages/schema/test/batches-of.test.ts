import { runInNewContext } from 'node:vm'
import {
  type Batch,
  batchesOf,
  type BatchesOptions,
  checkBatch,
  type ColumnType,
  defineTable,
  formatUtcDay,
  type InputRow,
  pumpDaily,
  type Table,
} from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const turbine = defineTable({
  name: 'turbine',
  columns: {
    event_timestamp: { type: 'timestamp' },
    turbine_id: { type: 'varchar' },
    power: { type: 'double', nullable: true },
  },
})

const reading = { event_timestamp: new Date('2026-01-01T00:00:00.123Z'), turbine_id: 'T-1', power: 3.5 }

const everything = defineTable({
  name: 'everything',
  columns: {
    at: { type: 'timestamp', nullable: true },
    day: { type: 'date', nullable: true },
    precise: { type: 'double', nullable: true },
    rough: { type: 'real', nullable: true },
    large: { type: 'bigint', nullable: true },
    whole: { type: 'integer', nullable: true },
    flag: { type: 'boolean', nullable: true },
    text: { type: 'varchar', nullable: true },
  },
})

async function collect<T extends Table>(batches: AsyncIterable<Batch<T>>): Promise<Batch<T>[]> {
  const collected: Batch<T>[] = []
  for await (const batch of batches) collected.push(batch)
  return collected
}

// Stands for a caller in JavaScript, whom no type stops.
const untyped = (table: Table, rows: unknown, options?: unknown) =>
  collect(batchesOf(table, rows as Iterable<InputRow<Table>>, options as BatchesOptions))

// One column, one row.
const valueOf = async (type: ColumnType, value: unknown) => {
  const table = defineTable({ name: 'one', columns: { value: { type } } })
  const [batch] = await untyped(table, [{ value }])
  return batch?.columns['value']?.[0]
}

// The inverse of batchesOf, with missing values as null.
function rowsOf(batches: readonly Batch<typeof everything>[]) {
  return batches.flatMap(({ rowCount, columns, nulls }) =>
    Array.from({ length: rowCount }, (_, row) => {
      const value = <C extends keyof typeof columns, V>(name: C, read: (entry: (typeof columns)[C]) => V) =>
        nulls?.[name]?.[row] === 1 ? null : read(columns[name])
      return {
        at: value('at', (at) => new Date(Number((at[row] ?? 0n) / 1000n))),
        day: value('day', (day) => formatUtcDay(day[row] ?? NaN)),
        precise: value('precise', (precise) => precise[row]),
        rough: value('rough', (rough) => rough[row]),
        large: value('large', (large) => large[row]),
        whole: value('whole', (whole) => whole[row]),
        flag: value('flag', (flag) => flag[row] === 1),
        text: value('text', (text) => text[row]),
      }
    }),
  )
}

describe('batchesOf', () => {
  it('puts the values of rows into column buffers', async () => {
    const later = { event_timestamp: 1_000n, turbine_id: 'T-2' }
    const [batch, ...others] = await collect(batchesOf(turbine, [reading, later]))
    expect(others).toEqual([])
    expect(batch).toEqual({
      rowCount: 2,
      columns: {
        event_timestamp: BigInt64Array.of(1_767_225_600_123_000n, 1_000n),
        turbine_id: ['T-1', 'T-2'],
        power: Float64Array.of(3.5, 0),
      },
      nulls: { power: Uint8Array.of(0, 1) },
    })
  })

  it('returns the same rows, whatever the values and the batch size', async () => {
    const inYears = { min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z') }
    const rowWithout = (missing: null | undefined) => {
      const nullable = <V>(value: fc.Arbitrary<V>) => fc.option(value, { nil: missing })
      return fc.record({
        at: nullable(fc.date({ ...inYears, noInvalidDate: true })),
        day: nullable(
          fc.date({ ...inYears, noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
        ),
        precise: nullable(fc.double()),
        rough: nullable(fc.float()),
        large: nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
        whole: nullable(fc.integer()),
        flag: nullable(fc.boolean()),
        text: nullable(fc.string({ unit: 'binary' })),
      })
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(rowWithout(null), rowWithout(undefined))),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        async (rows, rowsPerBatch, isAsync) => {
          const source = isAsync ? ReadableStream.from(rows) : rows
          const batches = await collect(batchesOf(everything, source, { rowsPerBatch }))
          for (const batch of batches) checkBatch(everything, batch)
          expect(batches.slice(0, -1).every(({ rowCount }) => rowCount === rowsPerBatch)).toBe(true)
          expect(rowsOf(batches)).toEqual(
            rows.map((row) =>
              Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? null])),
            ),
          )
        },
      ),
    )
  })

  it('accepts rows that lack their nullable columns', async () => {
    const [batch] = await collect(batchesOf(everything, [{}, { whole: 1 }]))
    expect(batch?.nulls).toEqual({
      ...Object.fromEntries(Object.keys(everything.columns).map((name) => [name, Uint8Array.of(1, 1)])),
      whole: Uint8Array.of(1, 0),
    })
  })

  it('leaves out the nulls of a column that has a value in every row', async () => {
    const batches = await collect(
      batchesOf(turbine, [{ ...reading, power: null }, reading], { rowsPerBatch: 1 }),
    )
    expect(batches.map(({ nulls }) => nulls)).toEqual([{ power: Uint8Array.of(1) }, {}])
  })

  it('yields no batch when there are no rows', async () => {
    expect(await collect(batchesOf(turbine, []))).toEqual([])
  })

  it('allocates new buffers for every batch', async () => {
    const batches = await collect(batchesOf(turbine, [reading, reading], { rowsPerBatch: 1 }))
    const buffers = batches.map(({ columns }) => columns.event_timestamp.buffer)
    expect(new Set(buffers).size).toBe(2)
  })

  it('pulls only the rows that a batch needs, and copies their values at once', async () => {
    let pulled = 0
    function* endless() {
      const row = { ...reading }
      while (true) {
        row.power = pulled++
        yield row
      }
    }
    const batches = batchesOf(turbine, endless(), { rowsPerBatch: 3 })
    const { value } = await batches.next()
    expect(value?.columns.power).toEqual(Float64Array.of(0, 1, 2))
    expect(pulled).toBe(3)
    await batches.return()
  })

  it.each(['sync', 'async'])(
    'closes a %s source when the caller stops and when a row is wrong',
    async (kind) => {
      let closed = 0
      function* source(rows: unknown[]) {
        try {
          yield* rows
        } finally {
          closed++
        }
      }
      const open = (rows: unknown[]) => {
        const given = kind === 'sync' ? source(rows) : ReadableStream.from(source(rows))
        return batchesOf(turbine, given as Iterable<typeof reading>, { rowsPerBatch: 1 })
      }
      for await (const batch of open([reading, reading])) {
        expect(batch.rowCount).toBe(1)
        break
      }
      expect(closed).toBe(1)
      await expect(collect(open([reading, {}, reading]))).rejects.toThrow('row 2, column event_timestamp')
      expect(closed).toBe(2)
    },
  )

  it('rethrows an error of the source', async () => {
    const gone = new Error('connection lost')
    async function* source() {
      yield await Promise.resolve(reading)
      throw gone
    }
    await expect(collect(batchesOf(turbine, source()))).rejects.toBe(gone)
  })

  it('counts rows over all batches in its errors', async () => {
    const rows = [reading, reading, { ...reading, power: 'abc' }]
    for (const rowsPerBatch of [1, 2, 3, 100]) {
      await expect(untyped(turbine, rows, { rowsPerBatch })).rejects.toThrow(
        new TypeError("row 3, column power: expected a number, got 'abc'"),
      )
    }
  })

  it('names an unknown column, and the columns of the table', async () => {
    await expect(untyped(turbine, [reading, { ...reading, pwoer: 1 }])).rejects.toThrow(
      new TypeError("row 2: expected only the columns event_timestamp, turbine_id, power, got also 'pwoer'"),
    )
  })

  it('explains that partitions are not part of an input row', async () => {
    await expect(untyped(pumpDaily, [{ event_date: '2026-01-01' }])).rejects.toThrow(
      new TypeError(
        'row 1: expected no value for partition event_date, which is taken from column event_timestamp',
      ),
    )
  })

  it.each([
    [{ turbine_id: 'T-1' }, 'undefined'],
    [{ ...reading, event_timestamp: undefined }, 'undefined'],
    [{ ...reading, event_timestamp: null }, 'null'],
  ])('names a column that lacks a value and is not nullable', async (row, shown) => {
    await expect(untyped(turbine, [row])).rejects.toThrow(
      new TypeError(
        `row 1, column event_timestamp: expected a Date or a bigint of microseconds (the column is not nullable), got ${shown}`,
      ),
    )
  })

  it.each([
    [null, 'null'],
    [7, '7'],
    ['T-1', "'T-1'"],
    [[reading], 'an array'],
    [undefined, 'undefined'],
  ])('refuses a row that is not an object', async (row, shown) => {
    await expect(untyped(turbine, [reading, row])).rejects.toThrow(
      new TypeError(
        `row 2: expected an object with the columns event_timestamp, turbine_id, power, got ${shown}`,
      ),
    )
  })

  it('does not mistake a member that every object inherits for a value', async () => {
    const table = defineTable({ name: 'cars', columns: { constructor: { type: 'varchar', nullable: true } } })
    const [batch] = await untyped(table, [{}, { constructor: 'Lotus' }])
    expect(batch).toMatchObject({ columns: { constructor: ['', 'Lotus'] } })
    expect(batch?.nulls).toEqual({ constructor: Uint8Array.of(1, 0) })
  })

  it('reads values from the getters of a class', async () => {
    class Reading {
      get event_timestamp() {
        return new Date(0)
      }
      turbine_id = 'T-1'
    }
    const [batch] = await collect(batchesOf(turbine, [new Reading()]))
    expect(batch?.columns.event_timestamp).toEqual(BigInt64Array.of(0n))
  })

  it.each<[ColumnType, unknown, bigint | number | string]>([
    ['timestamp', new Date('0001-01-01T00:00:00Z'), -62_135_596_800_000_000n],
    ['timestamp', new Date('9999-12-31T23:59:59.999Z'), 253_402_300_799_999_000n],
    ['timestamp', -1000n, -1000n],
    ['timestamp', runInNewContext('new Date(5)'), 5000n],
    ['date', '1970-01-02', 1],
    ['date', '2024-02-29', 19_782],
    ['double', NaN, NaN],
    ['double', -0, -0],
    ['double', -Infinity, -Infinity],
    ['real', 0.1, Math.fround(0.1)],
    ['real', Infinity, Infinity],
    ['real', NaN, NaN],
    ['bigint', 2n ** 63n - 1n, 2n ** 63n - 1n],
    ['bigint', Number.MIN_SAFE_INTEGER, BigInt(Number.MIN_SAFE_INTEGER)],
    ['integer', 2_147_483_647, 2_147_483_647],
    ['integer', -2_147_483_648, -2_147_483_648],
    ['boolean', true, 1],
    ['boolean', false, 0],
    ['varchar', '', ''],
  ])('stores a %s %s', async (type, value, entry) => {
    expect(await valueOf(type, value)).toBe(entry)
  })

  const years = 'a time of the years 0001 to 9999'
  const day = "a date 'YYYY-MM-DD' of the years 0001 to 9999"
  it.each<[ColumnType, unknown, typeof TypeError | typeof RangeError, string, string]>([
    ['timestamp', 1_767_225_600, TypeError, 'a Date or a bigint of microseconds', '1767225600'],
    ['timestamp', '2026-01-01', TypeError, 'a Date or a bigint of microseconds', "'2026-01-01'"],
    ['timestamp', new Date(NaN), RangeError, 'a valid Date', 'an invalid Date'],
    ['timestamp', new Date(-1e14), RangeError, years, '-001199-02-15T14:13:20.000Z'],
    ['timestamp', new Date(253_402_300_800_000), RangeError, years, '+010000-01-01T00:00:00.000Z'],
    ['timestamp', 1n, RangeError, 'microseconds that are a whole number of milliseconds', '1n'],
    ['timestamp', 253_402_300_800_000_000n, RangeError, years, '253402300800000000n'],
    ['timestamp', 2n ** 64n, RangeError, years, '18446744073709551616n'],
    ['date', new Date(0), TypeError, day, '1970-01-01T00:00:00.000Z'],
    ['date', '2026-02-29', RangeError, day, "'2026-02-29'"],
    ['date', '0000-01-01', RangeError, day, "'0000-01-01'"],
    ['date', '01.02.2026', RangeError, day, "'01.02.2026'"],
    ['double', 1n, TypeError, 'a number', '1n'],
    ['double', new Number(1), TypeError, 'a number', 'Number'],
    ['real', true, TypeError, 'a number', 'true'],
    ['real', 1e39, RangeError, 'a number that 32 bits can hold', '1e+39'],
    ['bigint', '7', TypeError, 'a bigint or a safe integer', "'7'"],
    ['bigint', 2 ** 53, RangeError, 'a bigint or a safe integer', '9007199254740992'],
    ['bigint', 1.5, RangeError, 'a bigint or a safe integer', '1.5'],
    ['bigint', 2n ** 63n, RangeError, 'a 64-bit integer', '9223372036854775808n'],
    ['bigint', -(2n ** 63n) - 1n, RangeError, 'a 64-bit integer', '-9223372036854775809n'],
    ['integer', 1n, TypeError, 'a 32-bit integer', '1n'],
    ['integer', 2_147_483_648, RangeError, 'a 32-bit integer', '2147483648'],
    ['integer', 0.5, RangeError, 'a 32-bit integer', '0.5'],
    ['integer', NaN, RangeError, 'a 32-bit integer', 'NaN'],
    ['boolean', 1, TypeError, 'true or false', '1'],
    ['varchar', 5, TypeError, 'a string', '5'],
    ['varchar', { a: 1 }, TypeError, 'a string', 'an object'],
    ['varchar', () => 'a', TypeError, 'a string', 'a function'],
    ['varchar', Object.create(null), TypeError, 'a string', 'an object'],
    ['varchar', 'a\ud83d', RangeError, 'Unicode text without half a surrogate pair', "'a\\ud83d'"],
  ])('refuses a %s %s', async (type, value, ErrorType, expected, got) => {
    await expect(valueOf(type, value)).rejects.toThrow(
      new ErrorType(`row 1, column value: expected ${expected}, got ${got}`),
    )
  })

  it('shortens a long text in an error, and escapes its control characters', async () => {
    await expect(untyped(turbine, [{ ...reading, power: `a"\n${'x'.repeat(100)}` }])).rejects.toThrow(
      `got 'a"\\n${'x'.repeat(57)}…'`,
    )
  })

  it.each([0, -1, 1.5, NaN, Infinity, '5'])('refuses the rowsPerBatch %s at once', (rowsPerBatch) => {
    expect(() => batchesOf(turbine, [], { rowsPerBatch: rowsPerBatch as number })).toThrow(
      /^rowsPerBatch expected a whole number of rows, at least 1, got /,
    )
  })

  it('refuses unknown options and rows that are not iterable at once', () => {
    expect(() => batchesOf(turbine, [], { rowCount: 5 } as BatchesOptions)).toThrow(TypeError)
    expect(() => batchesOf(turbine, reading as unknown as (typeof reading)[])).toThrow(
      new TypeError('rows of table turbine expected an iterable or async iterable of rows, got an object'),
    )
    expect(() => batchesOf(turbine, 'rows' as unknown as (typeof reading)[])).toThrow(TypeError)
  })

  it('accepts only rows of the table, by type', async () => {
    // @ts-expect-error power is a number
    await expect(collect(batchesOf(turbine, [{ ...reading, power: '3' }]))).rejects.toThrow(TypeError)
    // @ts-expect-error turbine_id is missing
    await expect(collect(batchesOf(turbine, [{ event_timestamp: new Date(0) }]))).rejects.toThrow(TypeError)
    // @ts-expect-error pwoer is no column
    await expect(collect(batchesOf(turbine, [{ ...reading, pwoer: 3 }]))).rejects.toThrow(TypeError)
  })
})
