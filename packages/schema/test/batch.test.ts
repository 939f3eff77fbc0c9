import { runInNewContext } from 'node:vm'
import { type Batch, checkBatch, type ColumnType, columnBuffer, defineTable } from '@minilake/schema'
import { describe, expect, expectTypeOf, it } from 'vitest'

const turbine = defineTable({
  name: 'turbine',
  columns: {
    event_timestamp: { type: 'timestamp' },
    power: { type: 'double', nullable: true },
    turbine_id: { type: 'varchar' },
  },
})

const columns = {
  event_timestamp: new BigInt64Array([1n, 2n]),
  power: new Float64Array([3, 0]),
  turbine_id: ['a', 'b'],
}

// Stands for a caller in JavaScript, whom no type stops.
const check = (batch: unknown) => () => checkBatch(turbine, batch as Batch)

describe('checkBatch', () => {
  it('accepts a batch whose columns match the table, nulls included', () => {
    const batch: Batch<typeof turbine> = { rowCount: 2, columns, nulls: { power: new Uint8Array([0, 1]) } }
    expect(check(batch)).not.toThrow()
  })

  it('accepts an empty batch of every column type', () => {
    const types: ColumnType[] = [
      'timestamp',
      'date',
      'double',
      'real',
      'bigint',
      'integer',
      'boolean',
      'varchar',
    ]
    for (const type of types) {
      const table = defineTable({ name: 'one', columns: { value: { type } } })
      expect(() =>
        checkBatch(table, { rowCount: 0, columns: { value: columnBuffer[type](0) } }),
      ).not.toThrow()
      expect(() => checkBatch(table, { rowCount: 1, columns: { value: columnBuffer[type](0) } })).toThrow(
        RangeError,
      )
    }
  })

  it('names a column that the table lacks', () => {
    expect(check({ rowCount: 2, columns: { ...columns, speed: new Float64Array(2) } })).toThrow(
      new TypeError(
        'batch of table turbine expected the columns event_timestamp, power, turbine_id, got also speed',
      ),
    )
  })

  it('refuses anything but a batch, and nulls that are not bytes', () => {
    expect(check(undefined)).toThrow(
      new TypeError('batch of table turbine expected { rowCount, columns }, got nothing'),
    )
    expect(check({ rowCount: 2 })).toThrow(TypeError)
    expect(check({ rowCount: 2, columns, nulls: { power: [0, 1] } })).toThrow(
      new TypeError('batch of table turbine: nulls of power expected a Uint8Array, got an array'),
    )
  })

  it('does not mistake members that every object inherits for columns', () => {
    expect(check({ rowCount: 2, columns: { ...columns, constructor: [] } })).toThrow('got also constructor')
  })

  it('names a column that is missing', () => {
    const { event_timestamp, power } = columns
    expect(check({ rowCount: 2, columns: { event_timestamp, power } })).toThrow(
      new TypeError('batch of table turbine: column turbine_id expected Array for varchar, got nothing'),
    )
  })

  it('names a column whose buffer is of another type', () => {
    expect(check({ rowCount: 2, columns: { ...columns, power: new Float32Array(2) } })).toThrow(
      new TypeError(
        'batch of table turbine: column power expected Float64Array for double, got Float32Array',
      ),
    )
  })

  it('names a column that is an object without a prototype', () => {
    expect(check({ rowCount: 2, columns: { ...columns, power: Object.create(null) as object } })).toThrow(
      new TypeError('batch of table turbine: column power expected Float64Array for double, got an object'),
    )
    const turbine_id = ['a', Object.create(null) as object]
    expect(check({ rowCount: 2, columns: { ...columns, turbine_id } })).toThrow(
      new TypeError(
        'batch of table turbine: column turbine_id expected text in every row that is not null, got an object in row 1',
      ),
    )
  })

  it.each([
    [undefined, 'undefined'],
    ['2', "'2'"],
    [1.5, '1.5'],
    [-1, '-1'],
    [NaN, 'NaN'],
    [2n, '2n'],
    [null, 'null'],
  ])('refuses the rowCount %s', (rowCount, shown) => {
    expect(check({ rowCount, columns })).toThrow(
      new TypeError(`batch of table turbine: rowCount expected a whole number of rows, got ${shown}`),
    )
  })

  it.each([
    [5, '5'],
    [null, 'null'],
    ['power', "'power'"],
  ])('refuses the nulls %s', (nulls, shown) => {
    expect(check({ rowCount: 2, columns, nulls })).toThrow(
      new TypeError(
        `batch of table turbine: nulls expected an object with a Uint8Array per column, got ${shown}`,
      ),
    )
  })

  it('names a column whose length is not rowCount', () => {
    expect(check({ rowCount: 2, columns: { ...columns, turbine_id: ['a'] } })).toThrow(
      new RangeError('batch of table turbine: column turbine_id expected 2 entries (rowCount), got 1'),
    )
  })

  it('refuses nulls of a column that is not nullable', () => {
    expect(check({ rowCount: 2, columns, nulls: { turbine_id: new Uint8Array(2) } })).toThrow(
      new TypeError('batch of table turbine: column turbine_id expected no nulls (it is not nullable)'),
    )
  })

  it('refuses nulls of a column that the table lacks', () => {
    expect(check({ rowCount: 2, columns, nulls: { pwoer: new Uint8Array(2) } })).toThrow(
      new TypeError('batch of table turbine: nulls expected names of columns, got pwoer'),
    )
  })

  it('refuses a varchar value that is not text, and names its row', () => {
    expect(check({ rowCount: 2, columns: { ...columns, turbine_id: ['a', null] } })).toThrow(
      new TypeError(
        'batch of table turbine: column turbine_id expected text in every row that is not null, got null in row 1',
      ),
    )
  })

  it.each([2, 255])('refuses a null mask of %d, which is neither 0 nor 1', (mark) => {
    expect(check({ rowCount: 2, columns, nulls: { power: Uint8Array.of(0, mark) } })).toThrow(
      new RangeError(
        `batch of table turbine: nulls of power expected 0 or 1 in every row, got ${mark} in row 1`,
      ),
    )
  })

  it('refuses a boolean that is neither 0 nor 1, but where the row has no value', () => {
    const table = defineTable({ name: 'valve', columns: { open: { type: 'boolean', nullable: true } } })
    const batch = { rowCount: 2, columns: { open: Uint8Array.of(7, 2) } }
    expect(() => checkBatch(table, { ...batch, nulls: { open: Uint8Array.of(1, 0) } })).toThrow(
      new RangeError('batch of table valve: column open expected 0 or 1 in every row, got 2 in row 1'),
    )
    expect(() => checkBatch(table, { ...batch, nulls: { open: Uint8Array.of(1, 1) } })).not.toThrow()
  })

  it.each(['\ud83d', 'a\ude00b', '\ude00\ud83d'])('refuses half a surrogate pair, as in %j', (text) => {
    expect(check({ rowCount: 2, columns: { ...columns, turbine_id: ['\u{1f600}', text] } })).toThrow(
      new TypeError(
        'batch of table turbine: column turbine_id expected Unicode text, got half a surrogate pair in row 1: its toWellFormed() replaces the half',
      ),
    )
  })

  it('accepts buffers of another realm, and masks that are Buffers', () => {
    const foreign: unknown = runInNewContext(
      `({
        rowCount: 2,
        columns: {
          event_timestamp: BigInt64Array.of(1n, 2n),
          power: Float64Array.of(3, 0),
          turbine_id: ['a', 'b'],
        },
        nulls: { power: Uint8Array.of(0, 1) },
      })`,
    )
    expect(check(foreign)).not.toThrow()
    expect(check({ rowCount: 2, columns, nulls: { power: Buffer.of(0, 1) } })).not.toThrow()
    const posing = { [Symbol.toStringTag]: 'Float64Array', length: 2 }
    expect(check({ rowCount: 2, columns: { ...columns, power: posing } })).toThrow(TypeError)
  })

  it('finds columns named like members that every object inherits', () => {
    const named = { type: 'double', nullable: true } as const
    const table = defineTable({
      name: 'cars',
      columns: { constructor: named, valueof: { type: 'varchar' } },
    })
    const batch = { rowCount: 1, columns: { constructor: Float64Array.of(1), valueof: ['a'] }, nulls: {} }
    expect(() => checkBatch(table, batch as unknown as Batch)).not.toThrow()
    expect(() => checkBatch(table, { rowCount: 1, columns: { valueof: ['a'] } })).toThrow(
      new TypeError('batch of table cars: column constructor expected Float64Array for double, got nothing'),
    )
  })

  it('refuses nulls whose length is not rowCount', () => {
    expect(check({ rowCount: 2, columns, nulls: { power: new Uint8Array(3) } })).toThrow(
      new RangeError('batch of table turbine: nulls of power expected 2 entries (rowCount), got 3'),
    )
  })
})

describe('Batch', () => {
  it('has one buffer per column, of its type', () => {
    expectTypeOf<Batch<typeof turbine>['columns']>().toEqualTypeOf<{
      readonly event_timestamp: BigInt64Array
      readonly power: Float64Array
      readonly turbine_id: string[]
    }>()
  })

  it('has nulls only for nullable columns', () => {
    expectTypeOf<keyof NonNullable<Batch<typeof turbine>['nulls']>>().toEqualTypeOf<'power'>()
    // @ts-expect-error turbine_id is not nullable
    const batch: Batch<typeof turbine> = { rowCount: 2, columns, nulls: { turbine_id: new Uint8Array(2) } }
    expect(check(batch)).toThrow(TypeError)
  })

  it('does not compile with a wrong buffer type or a missing column', () => {
    // @ts-expect-error power is a Float64Array
    const other: Batch<typeof turbine> = { rowCount: 2, columns: { ...columns, power: new Float32Array(2) } }
    // @ts-expect-error event_timestamp and power are missing
    const missing: Batch<typeof turbine> = { rowCount: 2, columns: { turbine_id: ['a', 'b'] } }
    expect(check(other)).toThrow(TypeError)
    expect(check(missing)).toThrow(TypeError)
  })
})
