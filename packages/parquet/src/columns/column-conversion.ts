import { types } from 'node:util'
import {
  columnBuffer,
  type ColumnBuffers,
  type ColumnType,
  isWellFormed,
  millisPerDay,
  parseUtcDay,
} from '@minilake/schema'

/** How the values of a column become what its type stores. */
export interface ColumnConversion {
  /** What a value must be, in words for error messages. */
  readonly expected: string
  /** Whether a column of this type can hold the value. */
  accepts(value: unknown): boolean
  /** Makes a function that converts slices of rows. Each call fills the same buffers again. */
  slices(): (values: ArrayLike<unknown>, start: number, end: number) => ConvertedSlice
}

/** Consecutive rows of one column, in the form of a batch's column. */
export interface ConvertedSlice {
  readonly values: ColumnBuffers[ColumnType]
  /** 1 where the row has no value; absent when every row has one. */
  readonly nulls?: Uint8Array
  /** The first row whose value does not fit the type, counted in the whole column; absent when all fit. */
  readonly misfit?: number
}

/** The conversion of each column type. */
export const columnConversions: { readonly [T in ColumnType]: ColumnConversion } = {
  timestamp: conversion('a valid Date or a bigint of microseconds', columnBuffer.timestamp, microsOf),
  date: conversion("a valid Date, 'YYYY-MM-DD' or days since 1970-01-01", columnBuffer.date, daysOf),
  double: conversion('a number', columnBuffer.double, numberOf),
  real: conversion('a number in the range of 32-bit floats', columnBuffer.real, floatOf),
  bigint: conversion('a whole number of 64 bits', columnBuffer.bigint, int64Of),
  integer: conversion('a whole number of 32 bits', columnBuffer.integer, int32Of),
  boolean: conversion('true or false', columnBuffer.boolean, bitOf),
  varchar: conversion('a Unicode string', columnBuffer.varchar, textOf),
}

function conversion<Value, Buffer extends ColumnBuffers[ColumnType] & Record<number, Value>>(
  expected: string,
  newBuffer: (rowCount: number) => Buffer,
  stored: (value: unknown) => Value | undefined,
): ColumnConversion {
  return {
    expected,
    accepts: (value) => stored(value) !== undefined,
    slices() {
      let buffer = newBuffer(0)
      let cells: Record<number, Value> = buffer
      let nulls = new Uint8Array(0)
      return (values, start, end) => {
        if (buffer.length !== end - start) {
          cells = buffer = newBuffer(end - start)
          nulls = new Uint8Array(end - start)
        }
        let nullCount = 0
        for (let row = start; row < end; row++) {
          const value = values[row]
          const isNull = value === null || value === undefined
          nulls[row - start] = isNull ? 1 : 0
          if (isNull) {
            nullCount += 1
            continue
          }
          const converted = stored(value)
          if (converted === undefined) return { values: buffer, misfit: row }
          cells[row - start] = converted
        }
        return nullCount > 0 ? { values: buffer, nulls } : { values: buffer }
      }
    },
  }
}

function microsOf(value: unknown): bigint | undefined {
  const millis = millisOf(value)
  return millis === undefined ? bigintOf64Bits(value) : BigInt(millis) * 1000n
}

function daysOf(value: unknown): number | undefined {
  const millis = millisOf(value)
  if (millis !== undefined) return Math.floor(millis / millisPerDay)
  if (typeof value !== 'string') return int32Of(value)
  try {
    return parseUtcDay(value)
  } catch {
    return undefined
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function floatOf(value: unknown): number | undefined {
  if (typeof value !== 'number') return undefined
  const overflows = Number.isFinite(value) && !Number.isFinite(Math.fround(value))
  return overflows ? undefined : value
}

function int64Of(value: unknown): bigint | undefined {
  return Number.isSafeInteger(value) ? BigInt(Number(value)) : bigintOf64Bits(value)
}

function int32Of(value: unknown): number | undefined {
  return typeof value === 'number' && value === (value | 0) ? value : undefined
}

function bitOf(value: unknown): number | undefined {
  return value === true || value === 1 ? 1 : value === false || value === 0 ? 0 : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && isWellFormed(value) ? value : undefined
}

function millisOf(value: unknown): number | undefined {
  const millis = types.isDate(value) ? value.getTime() : NaN
  return Number.isNaN(millis) ? undefined : millis
}

function bigintOf64Bits(value: unknown): bigint | undefined {
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? value : undefined
}
