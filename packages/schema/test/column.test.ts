import { type ColumnBuffers, columnBuffer, isNumeric } from '@minilake/schema'
import { describe, expect, expectTypeOf, it } from 'vitest'

describe('columnBuffer', () => {
  it('allocates one entry per row for each column type', () => {
    expect(columnBuffer.timestamp(2)).toEqual(new BigInt64Array(2))
    expect(columnBuffer.date(2)).toEqual(new Int32Array(2))
    expect(columnBuffer.double(2)).toEqual(new Float64Array(2))
    expect(columnBuffer.real(2)).toEqual(new Float32Array(2))
    expect(columnBuffer.bigint(2)).toEqual(new BigInt64Array(2))
    expect(columnBuffer.integer(2)).toEqual(new Int32Array(2))
    expect(columnBuffer.boolean(2)).toEqual(new Uint8Array(2))
    expect(columnBuffer.varchar(2)).toEqual(['', ''])
  })

  it('returns the buffer type of the column type', () => {
    expectTypeOf(columnBuffer.timestamp).returns.toEqualTypeOf<BigInt64Array>()
    expectTypeOf(columnBuffer.varchar).returns.toEqualTypeOf<ColumnBuffers['varchar']>()
    expect(columnBuffer.varchar(0)).toEqual([])
  })
})

describe('isNumeric', () => {
  it('is true for quantities, false for times, flags and texts', () => {
    expect(isNumeric).toEqual({
      timestamp: false,
      date: false,
      double: true,
      real: true,
      bigint: true,
      integer: true,
      boolean: false,
      varchar: false,
    })
  })
})
