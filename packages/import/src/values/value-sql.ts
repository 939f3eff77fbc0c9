import { quoteLiteral } from '@minilake/schema'
import type { MissingOptions } from './missing-options.js'
import type { NumberTexts } from './number-text.js'
import type { TimeSql } from './time-sql.js'
import { microsRange, startOfYear } from './year-range.js'

/** SQL for DuckDB that converts a value of a file to a column's. It has two steps, so that nothing is computed twice. */
export interface ValueSql {
  /** The first step: parses the raw value in the file. */
  readonly parsed: (raw: string) => string
  /** The second step: the entry in a batch (times in microseconds, dates in days), or NULL if the value is bad. */
  readonly value: (parsed: string, raw: string) => string
  /** Why a value is bad: `'expected a number'`. */
  readonly reason: (parsed: string, raw: string) => string
  /** Whether a value that is not null means no value. Absent if none does. */
  readonly isMissing?: (parsed: string, raw: string) => string
  /** For times: whether digits below a millisecond are lost. Takes the results of both steps and the raw value. */
  readonly isFiner?: (value: string, parsed: string, raw: string) => string
  /** For times: whether the clock showed this time twice. */
  readonly isTwice?: (parsed: string) => string
  /** For times: whether the clock showed midnight. */
  readonly isMidnight?: (parsed: string) => string
  /** For times: how misread ones are recognized. */
  readonly misread?: MisreadSql
}

/** SQL that recognizes times that were probably misread. */
interface MisreadSql {
  /** The expected years for messages: `1990 to 2100`. */
  readonly years: string
  /** Whether a time is outside the expected years. */
  readonly isOutside: (parsed: string, raw: string) => string
  /** Conditions under which another time format gives a time in the expected years. */
  readonly isOfFormat: Readonly<Record<string, (parsed: string, raw: string) => string>>
}

/** How values are read. */
export interface ValueOptions extends MissingOptions {
  /** How numbers are written in texts. Default: with a decimal point. */
  numbers?: NumberTexts | undefined
  time: TimeSql
  /** Whether times finer than the precision are bad, and not floored. */
  strictTime: boolean
  /** Whether times keep their microseconds. Default false: their precision is a millisecond. */
  keepMicros?: boolean
  /** Whether numbers of Parquet files must fit exactly. Default false: floating point may round them. */
  exactNumbers?: boolean
}

/** A value that DuckDB's cast reads and that passes a check. */
export function castValue(
  type: string,
  {
    isGood = () => 'true',
    source = (raw) => raw,
    expected,
    result = (parsed) => parsed,
  }: {
    isGood?: (parsed: string, raw: string) => string
    /** What is cast. Default: the raw value. */
    source?: (raw: string) => string
    expected: string
    result?: (parsed: string) => string
  },
): ValueSql {
  return {
    parsed: (raw) => `TRY_CAST(${source(raw)} AS ${type})`,
    value: (parsed, raw) => `CASE WHEN ${isGood(parsed, raw)} THEN ${result(parsed)} END`,
    reason: () => quoteLiteral(`expected ${expected}`),
  }
}

/** A date as days since 1970-01-01. */
export function daysOf(date: string): string {
  return `CAST(${date} - DATE '1970-01-01' AS INTEGER)`
}

/** How a time is read. */
interface TimeValue {
  micros: (raw: string) => string
  isFinerThanMicros?: (raw: string) => string
  reason: (raw: string) => string
  isTwice?: ((micros: string) => string) | undefined
  /** How years of fewer than four digits are recognized. Default: they cannot occur. */
  year?: TimeSql['year']
  /** The micros by other time formats. Default: there are none. */
  otherFormats?: Readonly<Record<string, (raw: string) => string>>
}

/**
 * A time in the expected years, floored to whole milliseconds, or to microseconds with `keepMicros`. A Hive TIMESTAMP would round
 * finer times, at worst past midnight.
 */
export function timeValue(
  { time: { years, clock }, strictTime, keepMicros = false }: ValueOptions,
  { micros, isFinerThanMicros = () => 'false', reason, isTwice, year, otherFormats = {} }: TimeValue,
): ValueSql {
  const isInRange = (parsed: string) => `${parsed} BETWEEN ${years.first} AND ${years.last}`
  // Years of fewer than four digits are those before 1000, so that the text is only looked at for them.
  const isShort = (parsed: string, raw: string) =>
    year ? `CASE WHEN ${parsed} < ${fourDigits} THEN ${year.isShort(raw)} ELSE false END` : 'false'
  const isInYears = (parsed: string, raw: string) =>
    BigInt(years.first) < fourDigits
      ? `${isInRange(parsed)} AND NOT ${isShort(parsed, raw)}`
      : isInRange(parsed)
  const isWhole = (parsed: string) => (keepMicros ? 'true' : `${parsed} % 1000 = 0`)
  return {
    parsed: micros,
    value: (parsed, raw) => {
      const floored = keepMicros
        ? parsed
        : `CASE WHEN ${isWhole(parsed)} THEN ${parsed} ELSE ${parsed} - (${parsed} % 1000 + 1000) % 1000 END`
      const strict = `CASE WHEN ${isWhole(parsed)} AND NOT ${isFinerThanMicros(raw)} THEN ${parsed} END`
      return `CASE WHEN ${isInYears(parsed, raw)} THEN ${strictTime ? strict : floored} END`
    },
    reason: (parsed, raw) =>
      [
        `CASE WHEN ${parsed} IS NULL THEN ${reason(raw)}`,
        `WHEN ${isShort(parsed, raw)} THEN 'expected a year of four digits, or a \`timeFormat\` with %y'`,
        `WHEN NOT ${isInRange(parsed)} THEN ${quoteLiteral(`expected a time of the years ${years.text} (\`years\`)`)} || coalesce(', not ' || ${dayText(parsed)}, '')`,
        `ELSE 'expected whole ${keepMicros ? 'microseconds' : 'milliseconds'}' END`,
      ].join(' '),
    isFiner: (value, parsed, raw) => `(${value} <> ${parsed} OR ${isFinerThanMicros(raw)})`,
    ...(isTwice && { isTwice }),
    isMidnight: (parsed) => `${clock(parsed)} % 86400000000 = 0`,
    misread: {
      years: years.text,
      isOutside: (parsed, raw) => `${parsed} IS NOT NULL AND NOT (${isInYears(parsed, raw)})`,
      isOfFormat: {
        ...(year && { [year.shortFormat]: isShort }),
        ...Object.fromEntries(
          Object.entries(otherFormats).map(([name, other]) => [
            name,
            (_: string, raw: string) => isInRange(other(raw)),
          ]),
        ),
      },
    },
  }
}

const fourDigits = startOfYear(1000)

/** The UTC day of micros as a text, or NULL for a day that tables do not hold. */
export function dayText(micros: string): string {
  return `strftime(make_timestamp(CASE WHEN ${micros} BETWEEN ${microsRange.first} AND ${microsRange.last} THEN ${micros} END), '%Y-%m-%d')`
}
