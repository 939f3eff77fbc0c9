import type { ColumnBuffers, ColumnType } from './column.js'
import { isDate } from './tag-of.js'
import { findUtcDay } from './utc-day.js'
import { isWellFormed } from './well-formed.js'

/** Reports that a value does not fit its column by throwing an error of the given class that says what was expected. */
export type Misfit = (error: typeof TypeError | typeof RangeError, expected: string) => never

/** Which input values each column type accepts, in words for error messages. */
export const expectedInput: Readonly<Record<ColumnType, string>> = {
  timestamp: 'a Date or a bigint of microseconds',
  date: "a date 'YYYY-MM-DD' of the years 0001 to 9999",
  double: 'a number',
  real: 'a number',
  bigint: 'a bigint or a safe integer',
  integer: 'a 32-bit integer',
  boolean: 'true or false',
  varchar: 'a string',
}

// Tables hold times of the years 0001 to 9999, as importing files does.
const tableTimes = 'a time of the years 0001 to 9999'
const firstMicros = BigInt(Date.parse('0001-01-01T00:00:00.000Z')) * 1000n
const lastMicros = BigInt(Date.parse('9999-12-31T23:59:59.999Z')) * 1000n

/** Checks an input value of each column type and returns its entry in a batch's buffer. */
export const bufferEntry: {
  readonly [T in ColumnType]: (value: unknown, misfit: Misfit) => ColumnBuffers[T][number]
} = {
  timestamp: (value, misfit) => {
    if (typeof value === 'bigint') {
      if (value < firstMicros || value > lastMicros) misfit(RangeError, tableTimes)
      if (value % 1000n !== 0n) misfit(RangeError, 'microseconds that are a whole number of milliseconds')
      return value
    }
    if (!isDate(value)) return misfit(TypeError, expectedInput.timestamp)
    const millis = value.getTime()
    if (Number.isNaN(millis)) misfit(RangeError, 'a valid Date')
    const micros = BigInt(millis) * 1000n
    return micros >= firstMicros && micros <= lastMicros ? micros : misfit(RangeError, tableTimes)
  },
  date: (value, misfit) => {
    if (typeof value !== 'string') return misfit(TypeError, expectedInput.date)
    return findUtcDay(value) ?? misfit(RangeError, expectedInput.date)
  },
  double: (value, misfit) => (typeof value === 'number' ? value : misfit(TypeError, expectedInput.double)),
  real: (value, misfit) => {
    if (typeof value !== 'number') return misfit(TypeError, expectedInput.real)
    const rounded = Math.fround(value)
    // A finite number beyond the range of 32 bits is rounded to an infinity.
    return Number.isFinite(rounded) || !Number.isFinite(value)
      ? rounded
      : misfit(RangeError, 'a number that 32 bits can hold')
  },
  bigint: (value, misfit) => {
    if (typeof value === 'number')
      return Number.isSafeInteger(value) ? BigInt(value) : misfit(RangeError, expectedInput.bigint)
    if (typeof value !== 'bigint') return misfit(TypeError, expectedInput.bigint)
    return BigInt.asIntN(64, value) === value ? value : misfit(RangeError, 'a 64-bit integer')
  },
  integer: (value, misfit) => {
    if (typeof value !== 'number') return misfit(TypeError, expectedInput.integer)
    return (value | 0) === value ? value : misfit(RangeError, expectedInput.integer)
  },
  boolean: (value, misfit) =>
    typeof value === 'boolean' ? Number(value) : misfit(TypeError, expectedInput.boolean),
  varchar: (value, misfit) => {
    if (typeof value !== 'string') return misfit(TypeError, expectedInput.varchar)
    return isWellFormed(value) ? value : misfit(RangeError, 'Unicode text without half a surrogate pair')
  },
}
