import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillMicrosSince, isoOfMicros } from '../../src/truth/timestamps.js'

test('microseconds are exact before and after the origin', () => {
  const micros = fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n })
  fc.assert(
    fc.property(micros, fc.array(micros), (origin, times) => {
      const since = new Float64Array(times.length)
      fillMicrosSince(since, BigInt64Array.from(times), origin)
      expect([...since]).toEqual(times.map((time) => Number(time - origin)))
    }),
  )
})

test('formats a time as ISO text with milliseconds', () => {
  expect(isoOfMicros(1_767_225_600_123_000n)).toBe('2026-01-01T00:00:00.123Z')
  expect(isoOfMicros(-1000n)).toBe('1969-12-31T23:59:59.999Z')
})
