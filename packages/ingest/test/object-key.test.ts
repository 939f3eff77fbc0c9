import { describe, expect, it } from 'vitest'
import { checkKey } from '../src/object-key.js'

describe('checkKey', () => {
  it.each(['a', 'pump/2026-01-01.parquet', '_truth/a=b/c d.json', '..a/b..', '...'])('accepts %s', (key) => {
    expect(() => checkKey(key)).not.toThrow()
  })

  it('accepts a key of 1,024 bytes', () => {
    expect(() => checkKey('ä'.repeat(512))).not.toThrow()
  })

  it.each([
    { what: 'without bytes', key: '', size: 0 },
    { what: 'of 1,025 bytes', key: 'a'.repeat(1025), size: 1025 },
    { what: 'of 1,026 bytes in 513 characters', key: 'ä'.repeat(513), size: 1026 },
  ])('refuses a key $what', ({ key, size }) => {
    expect(() => checkKey(key)).toThrow(
      new RangeError(`object key expected 1 to 1024 bytes, got ${size}: ${key}`),
    )
  })

  it.each(['..', '.', '../a', 'a/../b', 'a/./b', 'a/..', '/a', 'a/', 'a//b', '/', 'a\\b', '..\\a', 'a\0b'])(
    'refuses %j, which is not a path below a folder on every platform',
    (key) => {
      expect(() => checkKey(key)).toThrow(
        new RangeError(
          `object key expected names joined by single slashes, without '..', backslash or NUL, got ${JSON.stringify(key)}`,
        ),
      )
    },
  )
})
