import { parsePartitionPath, partitionPath } from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

// Characters for which Hive's FileUtils.escapePathName, Spark and Trino write %XX.
const escapedByHive =
  Array.from({ length: 31 }, (_, index) => String.fromCharCode(index + 1)).join('') + '"#%\'*/:=?\\\u007f{[]^'

describe('partitionPath', () => {
  it('has one folder per partition, outermost first', () => {
    expect(partitionPath({ event_date: '2026-01-01' })).toBe('event_date=2026-01-01/')
    expect(partitionPath({ region: 'north', event_date: '2026-01-01' })).toBe(
      'region=north/event_date=2026-01-01/',
    )
    expect(partitionPath({})).toBe('')
  })

  it('escapes the slash, the equals sign and the rest as Hive does', () => {
    expect(partitionPath({ site: 'a/b=c: 100% {x} [y]' })).toBe('site=a%2Fb%3Dc%3A 100%25 %7Bx} %5By%5D/')
    expect(partitionPath({ 'a=b': '\n' })).toBe('a%3Db=%0A/')
  })

  it('escapes exactly the characters that Hive escapes', () => {
    for (let code = 1; code < 256; code += 1) {
      const character = String.fromCharCode(code)
      const hex = code.toString(16).toUpperCase().padStart(2, '0')
      expect(partitionPath({ site: character })).toBe(
        escapedByHive.includes(character) ? `site=%${hex}/` : `site=${character}/`,
      )
    }
  })

  it.each(['', '__HIVE_DEFAULT_PARTITION__', 'a\0b'])('refuses the value %j', (value) => {
    expect(() => partitionPath({ site: value })).toThrow(
      new RangeError(
        `partition site expected a value without NUL that is neither empty nor __HIVE_DEFAULT_PARTITION__, got ${JSON.stringify(value)}`,
      ),
    )
  })
})

describe('parsePartitionPath', () => {
  it('reads the values from an object key', () => {
    expect(parsePartitionPath('pump_daily/event_date=2026-01-01/pump-0007.parquet')).toEqual({
      event_date: '2026-01-01',
    })
  })

  it('finds no values in a key without partitions, nor in a file name', () => {
    expect(parsePartitionPath('pump/2026-01-01.parquet')).toEqual({})
    expect(parsePartitionPath('pump/day=2026-01-01')).toEqual({})
  })

  it('splits at the first equals sign, and keeps a % that starts no escape', () => {
    expect(parsePartitionPath('formula=a=b/share=5%/')).toEqual({ formula: 'a=b', share: '5%' })
  })

  it('reads escapes in upper and lower case', () => {
    expect(parsePartitionPath('site=a%2fb%2Fc/')).toEqual({ site: 'a/b/c' })
  })

  it('returns the values given to partitionPath, under any prefix', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/)
    const value = fc
      .oneof(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ unit: fc.constantFrom(...escapedByHive, 'a', '2', 'F'), minLength: 1 }),
      )
      .filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(fc.dictionary(name, value), (values) => {
        const path = partitionPath(values)
        expect(Object.entries(parsePartitionPath(`table/${path}a=b.parquet`))).toEqual(Object.entries(values))
        expect(path.split('/')).toHaveLength(Object.keys(values).length + 1)
      }),
    )
  })
})
