import { describe, expect, it } from 'vitest'
import { checkKey, isUnfinishedName, unfinishedName } from '../src/object-key.js'

describe('checkKey', () => {
  it.each(['a', 'pump/2026-01-01.parquet', '_truth/a=b/c d.json', '..a/b..', '...'])('accepts %s', (key) => {
    expect(() => checkKey(key)).not.toThrow()
  })

  it('accepts a key of 1,024 bytes', () => {
    expect(() => checkKey('ä/'.repeat(341) + 'a')).not.toThrow()
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
          `object key expected names joined by single slashes, without '..', backslash, NUL or half a surrogate pair, got ${JSON.stringify(key)}`,
        ),
      )
    },
  )
})

describe('unfinishedName', () => {
  const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e'

  it.each(['a', 'a.parquet', '', '.', 'x'.repeat(255), 'ä'.repeat(127), '𝄞'.repeat(63)])(
    'hides a file of the name %j in at most 255 bytes, which no key may have',
    (name) => {
      const unfinished = unfinishedName(name, uuid)
      expect(Buffer.byteLength(unfinished)).toBeLessThanOrEqual(255)
      expect(unfinished.startsWith(`.${name.slice(0, 50)}`)).toBe(true)
      expect(unfinished).not.toContain('\ufffd')
      expect(isUnfinishedName(unfinished)).toBe(true)
      expect(() => checkKey(`pump/${unfinished}`)).toThrow(RangeError)
    },
  )
})
