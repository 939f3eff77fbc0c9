import { expect, test } from 'vitest'
import { jsonText } from '../../src/print/result-format.js'

test('JSON loses no integer, no NaN and no time', () => {
  const value = { a: 7n, b: 9_007_199_254_740_993n, c: NaN, d: -Infinity, e: new Date(0), f: null }
  expect(jsonText(value)).toBe(
    '{"a":7,"b":"9007199254740993","c":"NaN","d":"-Infinity","e":"1970-01-01T00:00:00.000Z","f":null}',
  )
})
