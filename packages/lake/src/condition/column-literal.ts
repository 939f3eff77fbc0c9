import {
  type ColumnType,
  findUtcDay,
  formatUtcDay,
  millisPerDay,
  numberLiteral,
  quoteLiteral,
  timestampLiteral,
} from '@minilake/schema'
import type { LiteralValue } from './condition.js'

/** A literal as it is written: a number, a text in quotes, TRUE or FALSE, or a text after TIMESTAMP or DATE. */
export interface WrittenLiteral {
  kind: 'number' | 'text' | 'boolean' | 'timestamp' | 'date'
  text: string
}

/** What columns of a type are compared with. */
interface ColumnLiteral {
  /** What a literal may be, for messages. */
  expected: string
  /** The value of a literal; undefined if the column cannot be compared with it. */
  read(literal: WrittenLiteral): LiteralValue | undefined
  /** The value in the SQL of both engines. */
  sql(value: LiteralValue): string
}

/** The literals of each column type. */
export const columnLiteral: Readonly<Record<ColumnType, ColumnLiteral>> = {
  timestamp: {
    expected: "a time, such as '2026-01-31 06:00'",
    read: ({ kind, text }) => (kind === 'number' || kind === 'boolean' ? undefined : microsOf(text)),
    sql: (value) => timeSql(value as bigint),
  },
  date: {
    expected: "a day, such as '2026-01-31'",
    read: ({ kind, text }) => (kind === 'text' || kind === 'date' ? findUtcDay(text) : undefined),
    sql: (value) => `DATE ${quoteLiteral(formatUtcDay(value as number))}`,
  },
  double: {
    expected: 'a number',
    read: (literal) => finite(literal, Number),
    sql: (value) => numberLiteral(value as number),
  },
  real: {
    expected: 'a number',
    // A real holds 0.1 with fewer digits than a double does: both sides are reals, so that they can be equal.
    read: (literal) => finite(literal, (text) => Math.fround(Number(text))),
    sql: (value) => `CAST(${numberLiteral(value as number)} AS REAL)`,
  },
  bigint: { expected: 'a whole number of 64 bits', read: wholeNumber, sql: String },
  integer: {
    expected: 'a whole number of 64 bits',
    read: (literal) => {
      const value = wholeNumber(literal)
      return value === undefined ? undefined : Number(value) // exact where it can equal one of 32 bits
    },
    sql: (value) => String(BigInt(value)),
  },
  boolean: {
    expected: 'TRUE or FALSE',
    read: ({ kind, text }) => (kind === 'boolean' ? Number(text === 'true') : undefined),
    sql: (value) => (value === 1 ? 'TRUE' : 'FALSE'),
  },
  varchar: {
    expected: "a text in single quotes, such as 'p1'",
    read: ({ kind, text }) => (kind === 'text' && !text.includes('\0') ? text : undefined),
    sql: (value) => quoteLiteral(value as string),
  },
}

function finite({ kind, text }: WrittenLiteral, valueOf: (text: string) => number): LiteralValue | undefined {
  const value = kind === 'number' ? valueOf(text) : NaN
  return Number.isFinite(value) ? value : undefined
}

function wholeNumber({ kind, text }: WrittenLiteral): bigint | undefined {
  if (kind !== 'number' || !/^[+-]?\d+$/.test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, value) === value ? value : undefined
}

/** Microseconds since 1970 of a day, or of a day with a time: UTC, or with an offset of its own. */
function microsOf(text: string): bigint | undefined {
  const [, date = '', time = '00:00', fraction = '', offset = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  if (findUtcDay(date) === undefined || (fraction !== '' && time.length < 8)) return undefined
  const millis = Date.parse(`${date}T${time}${offset}`)
  const day = Math.floor(millis / millisPerDay)
  // Engines write years of four digits.
  if (Number.isNaN(millis) || findUtcDay(formatUtcDay(day)) === undefined) return undefined
  return BigInt(millis) * 1000n + BigInt(fraction.padEnd(6, '0'))
}

function timeSql(micros: bigint): string {
  const part = ((micros % 1000n) + 1000n) % 1000n
  const toMillis = timestampLiteral(new Date(Number((micros - part) / 1000n)))
  return part === 0n ? toMillis : `${toMillis.slice(0, -1)}${String(part).padStart(3, '0')}'`
}
