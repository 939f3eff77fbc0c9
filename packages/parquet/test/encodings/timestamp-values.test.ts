import fc from 'fast-check'
import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js'
import { expect, test } from 'vitest'
import { timestampValues } from '../../src/encodings/timestamp-values.js'

test('encodes pages as hyparquet-writer does, each with its bounds, even when numbers are far apart', () => {
  const time = fc.oneof(
    fc.bigInt({ min: 1_767_225_600_000_000n, max: 1_767_225_600_100_000n }),
    fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n),
  )
  const pages = fc.array(fc.array(time, { minLength: 1, maxLength: 40 }), { maxLength: 6 })
  const encoder = timestampValues()
  fc.assert(
    fc.property(pages, (pages) => {
      for (const times of pages) {
        encoder.add(BigInt64Array.from(times.slice(0, 3)))
        encoder.add(BigInt64Array.from(times.slice(3)))
        encoder.endPage(0)
      }
      const { encoding, pages: encoded } = encoder.finish()
      expect(encoding).toBe('DELTA_BINARY_PACKED')
      expect([...encoded]).toEqual(
        pages.map((times) => {
          const writer = new ByteWriter()
          deltaBinaryPack(writer, times, 'INT64')
          const sorted = BigInt64Array.from(times).sort()
          return {
            values: writer.getBytes(),
            statistics: { min_value: sorted[0], max_value: sorted.at(-1), null_count: 0n },
          }
        }),
      )
    }),
    { numRuns: 300 },
  )
})

test('a page of nulls has no values and no bounds', () => {
  const encoder = timestampValues()
  encoder.add(BigInt64Array.of(5n))
  encoder.endPage(0)
  encoder.endPage(7)
  const writer = new ByteWriter()
  deltaBinaryPack(writer, [], 'INT64')
  expect([...encoder.finish().pages][1]).toEqual({
    values: writer.getBytes(),
    statistics: { null_count: 7n },
  })
})
