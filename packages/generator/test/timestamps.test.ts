import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillMicrosSince, fillTimestamps, isoOfMicros } from '../src/timestamps.js'

// From year 1 to year 9999.
const millis = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })

test('timestamps are the moments of the grid in microseconds, also where the low word goes over', () => {
  fc.assert(
    fc.property(millis, fc.integer({ min: 1, max: 86_400_000 }), (firstMillis, stepMillis) => {
      const timestamps = new BigInt64Array(100)
      fillTimestamps(timestamps, { firstMillis, stepMillis })
      expect(timestamps).toEqual(
        BigInt64Array.from({ length: 100 }, (_, row) => BigInt(firstMillis + row * stepMillis) * 1000n),
      )
    }),
  )
})

test('microseconds since an origin are exact, before it and after', () => {
  const micros = fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n })
  fc.assert(
    fc.property(micros, fc.array(micros), (origin, times) => {
      const since = new Float64Array(times.length)
      fillMicrosSince(since, BigInt64Array.from(times), origin)
      expect([...since]).toEqual(times.map((time) => Number(time - origin)))
    }),
  )
})

test('a time reads as ISO text to the millisecond', () => {
  expect(isoOfMicros(1_767_225_600_123_000n)).toBe('2026-01-01T00:00:00.123Z')
  expect(isoOfMicros(-1000n)).toBe('1969-12-31T23:59:59.999Z')
})
