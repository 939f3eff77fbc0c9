import type { ColumnType } from '@minilake/schema'
import { textValue } from './text-value.js'
import { castValue, daysOf, timeValue, type ValueOptions, type ValueSql } from './value-sql.js'

/** The type of UTC times in nanoseconds, which DuckDB has only without UTC. */
export const utcNanos = 'TIMESTAMP_NS WITH TIME ZONE'

/**
 * How a Parquet column, with DuckDB's name of its type or `utcNanos`, is read as a column type; undefined if that is impossible. Numbers are
 * converted between types if only digits that floating point cannot hold are lost, and with `exactNumbers` none.
 */
export function parquetValue(
  fileType: string,
  type: ColumnType,
  options: ValueOptions,
): ValueSql | undefined {
  if (fileType === 'VARCHAR' || fileType === 'JSON') return textValue[type](options)
  if (fileType === 'BLOB') return bytesValue(textValue[type](options))
  return values[type](fileType, options)
}

/** Bytes that are a text in UTF-8, as Impala and old versions of Hive and Spark write texts. Other bytes are a bad value. */
function bytesValue({ parsed, value, reason, isFiner, ...rest }: ValueSql): ValueSql {
  const text = (raw: string) => `TRY(decode(${raw}))`
  return {
    ...rest,
    parsed: (raw) => parsed(text(raw)),
    value: (parsed, raw) => value(parsed, text(raw)),
    reason: (parsed, raw) =>
      `CASE WHEN ${text(raw)} IS NULL THEN 'expected a text in UTF-8' ELSE ${reason(parsed, text(raw))} END`,
    ...(isFiner && { isFiner: (value, parsed, raw) => isFiner(value, parsed, text(raw)) }),
  }
}

const wholeNumber = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/
const isNumber = (fileType: string) =>
  wholeNumber.test(fileType) || /^(FLOAT|DOUBLE|DECIMAL\(.*\))$/.test(fileType)

const values: Record<ColumnType, (fileType: string, options: ValueOptions) => ValueSql | undefined> = {
  timestamp: timestampValue,
  date: (fileType) =>
    fileType === 'DATE'
      ? castValue('DATE', {
          isGood: (parsed) => `${parsed} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'`,
          expected: 'a date of the years 0001 to 9999',
          result: daysOf,
        })
      : undefined,
  double: (fileType, options) => floatingPoint(fileType, 'DOUBLE', 'a number that 64 bits can hold', options),
  real: (fileType, options) => floatingPoint(fileType, 'REAL', 'a number that 32 bits can hold', options),
  bigint: (fileType) => whole(fileType, 'BIGINT', 'a whole number of 64 bits'),
  integer: (fileType) => whole(fileType, 'INTEGER', 'a whole number of 32 bits'),
  boolean: (fileType) =>
    fileType === 'BOOLEAN' ? castValue('BOOLEAN', { expected: 'true or false' }) : undefined,
  varchar: (fileType) =>
    isNumber(fileType) || /^(BOOLEAN|UUID|ENUM\(.*\))$/.test(fileType)
      ? castValue('VARCHAR', { expected: 'text' })
      : undefined,
}

function timestampValue(fileType: string, options: ValueOptions): ValueSql | undefined {
  const { time } = options
  if (fileType === 'TIMESTAMP WITH TIME ZONE') {
    return timeValue(options, {
      micros: (raw) => `epoch_us(${raw})`,
      reason: () => `'expected a finite time'`,
    })
  }
  if (fileType === utcNanos) {
    return timeValue(options, {
      micros: (raw) => `epoch_us(${flooredNanos(raw)})`,
      isFinerThanMicros,
      reason: () => `'expected a finite time'`,
    })
  }
  const { microsOfLocal, microsOfNumber } = time
  if (microsOfNumber && isNumber(fileType)) {
    const text = (raw: string) => `CAST(${raw} AS VARCHAR)`
    const isFloat = /^(FLOAT|DOUBLE)$/.test(fileType) // a cast to DECIMAL could make 0.25 s a little less; as text it is exactly 0.25
    return timeValue(options, {
      micros: (raw) => (isFloat ? time.microsOfText(text(raw)) : microsOfNumber(raw)),
      isFinerThanMicros: (raw) => time.isFinerThanMicros(text(raw)),
      reason: (raw) => time.reason(text(raw)),
      otherFormats: Object.fromEntries(
        Object.entries(time.otherCounts).map(([name, other]) => [name, other.microsOfNumber]),
      ),
    })
  }
  if (!microsOfLocal || !/^(TIMESTAMP(_S|_MS|_NS)?|DATE)$/.test(fileType)) return undefined
  const isNanos = fileType === 'TIMESTAMP_NS'
  return timeValue(options, {
    micros: (raw) => microsOfLocal(isNanos ? flooredNanos(raw) : `CAST(${raw} AS TIMESTAMP)`),
    ...(isNanos && { isFinerThanMicros }),
    reason: () => `'expected a finite time that exists in the stated zone: its clocks may skip this one'`,
    isTwice: time.isTwice,
  })
}

/** A TIMESTAMP_NS, floored to microseconds. */
function flooredNanos(raw: string): string {
  return `make_timestamp((epoch_ns(${raw}) - (epoch_ns(${raw}) % 1000 + 1000) % 1000) // 1000)`
}

function isFinerThanMicros(raw: string): string {
  return `epoch_ns(${raw}) % 1000 <> 0`
}

function floatingPoint(
  fileType: string,
  type: string,
  expected: string,
  { exactNumbers = false }: ValueOptions,
): ValueSql | undefined {
  if (!isNumber(fileType)) return undefined
  return castValue(type, {
    isGood: wholeNumber.test(fileType)
      ? (parsed, raw) => `CAST(${parsed} AS HUGEINT) = ${raw}`
      : exactNumbers
        ? (parsed, raw) => `CAST(${parsed} AS DOUBLE) = CAST(${raw} AS DOUBLE)` // NaN equals NaN here
        : (parsed, raw) => `(isfinite(${parsed}) OR NOT isfinite(CAST(${raw} AS DOUBLE)))`,
    expected: exactNumbers ? `${expected} exactly` : expected,
  })
}

function whole(fileType: string, type: string, expected: string): ValueSql | undefined {
  if (!isNumber(fileType)) return undefined
  return castValue(type, { isGood: (parsed, raw) => `${parsed} = ${raw}`, expected })
}
