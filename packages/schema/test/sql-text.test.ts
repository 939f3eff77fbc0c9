import {
  numberLiteral,
  qualifiedName,
  quoteIdentifier,
  quoteLiteral,
  timestampLiteral,
} from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const text = fc
  .oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('"', "'", '\\', ';', 'a') }))
  .filter((value) => !value.includes('\0'))

// Unquotes as an SQL engine does: between the outer quotes, each pair of quotes is one.
function unquoted(sql: string, quote: string): string {
  const inner = sql.slice(1, -1)
  expect(sql).toBe(`${quote}${inner}${quote}`)
  expect(inner.replaceAll(quote + quote, '')).not.toContain(quote)
  return inner.replaceAll(quote + quote, quote)
}

describe('quoteIdentifier', () => {
  it('doubles quotes', () => {
    expect(quoteIdentifier('pressure')).toBe('"pressure"')
    expect(quoteIdentifier('a"b')).toBe('"a""b"')
    expect(quoteIdentifier("it's")).toBe('"it\'s"')
  })

  it('reads back as the same text, whatever the text', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(unquoted(quoteIdentifier(name), '"')).toBe(name)
      }),
    )
  })

  it('refuses a NUL', () => {
    expect(() => quoteIdentifier('a\0b')).toThrow(
      new RangeError('identifier in SQL expected no NUL character, got "a\\u0000b"'),
    )
  })
})

describe('quoteLiteral', () => {
  it('doubles apostrophes', () => {
    expect(quoteLiteral("it's")).toBe("'it''s'")
    expect(quoteLiteral('')).toBe("''")
    expect(quoteLiteral('a"b\\')).toBe("'a\"b\\'")
  })

  it('reads back as the same text, whatever the text', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(unquoted(quoteLiteral(value), "'")).toBe(value)
      }),
    )
  })

  it('refuses a NUL', () => {
    expect(() => quoteLiteral('\0')).toThrow(
      new RangeError('string in SQL expected no NUL character, got "\\u0000"'),
    )
  })
})

describe('qualifiedName', () => {
  it('quotes each part', () => {
    expect(qualifiedName('hive', 'iot_dw', 'a.b')).toBe('"hive"."iot_dw"."a.b"')
  })
})

describe('numberLiteral', () => {
  it.each([
    [150, '150'],
    [-3, '-3'],
    [-0, '0'],
    [150.5, '150.5E0'],
    [0.1, '0.1E0'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [2 ** 64, '18446744073709552000E0'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
  ])('writes %d as %s', (value, literal) => {
    expect(numberLiteral(value)).toBe(literal)
  })

  it('writes an integer or an exponent, as anything else would be a DECIMAL', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(numberLiteral(value)).toMatch(/^-?\d+(\.\d+)?e[-+]?\d+$|^-?\d{1,16}$/i)
      }),
    )
  })

  it('keeps the value of every finite number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(numberLiteral(value)) === value).toBe(true)
      }),
    )
  })

  it.each([NaN, Infinity, -Infinity])('refuses %d', (value) => {
    expect(() => numberLiteral(value)).toThrow(
      new RangeError(`number in SQL expected a finite value, got ${value}`),
    )
  })
})

describe('timestampLiteral', () => {
  it('writes UTC to the millisecond, whatever the zone of the machine', () => {
    expect(timestampLiteral(new Date(Date.UTC(2026, 0, 31, 23, 59, 59, 7)))).toBe(
      "TIMESTAMP '2026-01-31 23:59:59.007'",
    )
    expect(timestampLiteral(new Date(-1))).toBe("TIMESTAMP '1969-12-31 23:59:59.999'")
  })

  it('refuses an invalid Date', () => {
    expect(() => timestampLiteral(new Date(NaN))).toThrow(RangeError)
  })
})
