import { types } from 'node:util'
import type { ColumnBuffers, ColumnType } from '@minilake/schema'
import { columnConversions, type ConvertedSlice } from './column-conversion.js'
import { describeValue, kindOf, type ValueKind } from './value-kind.js'

/** A column that a caller gave, checked: its type, and its values in slices. */
export interface SourceColumn {
  readonly name: string
  readonly type: ColumnType
  /** Whether a row has no value. */
  readonly nullable: boolean
  readonly rowCount: number
  /** The rows from `start` to before `end`. The next call may fill the same buffers again. */
  slice(start: number, end: number): Pick<ConvertedSlice, 'values' | 'nulls'>
}

/**
 * Checks a column's values and finds out its type, unless `type` says it. Throws a TypeError that names the column, the row, what was
 * expected and what was found.
 */
export function sourceColumn(name: string, data: unknown, type?: ColumnType): SourceColumn {
  const subject = `column ${name}`
  if (!isColumnData(data)) {
    throw new TypeError(
      `${subject} expected an array or a typed array of numbers, got ${describeValue(data)}`,
    )
  }
  const { nullable, kind } = Array.isArray(data) ? checkKinds(subject, data) : { nullable: false }
  const found = type ?? kind?.columnType ?? typedArrayType(data)
  if (found === undefined) {
    const got = data.length === 0 ? 'no rows' : 'only nulls'
    throw new TypeError(
      `${subject} expected a value to infer its type from, got ${got}: give the type, such as types: { ${JSON.stringify(name)}: 'double' }`,
    )
  }
  const conversion = columnConversions[found]
  const refuse = (row: number): never => {
    throw new TypeError(
      `${subject} of type ${found} expected ${conversion.expected} in row ${row}, got ${describeValue(data[row])}`,
    )
  }
  const common = { name, type: found, nullable, rowCount: data.length }
  if (viewOf(data, found, 0, 0)) {
    return {
      ...common,
      slice: (start, end) => ({ values: viewOf(data, found, start, end) ?? refuse(start) }),
    }
  }
  for (let row = 0; row < data.length; row++) {
    if (!isMissing(data[row]) && !conversion.accepts(data[row])) refuse(row)
  }
  const convert = conversion.slices()
  return {
    ...common,
    slice(start, end) {
      const { misfit, ...converted } = convert(data, start, end)
      return misfit === undefined ? converted : refuse(misfit)
    },
  }
}

const typedArrayTypes: Readonly<Record<string, ColumnType>> = {
  Float64Array: 'double',
  Float32Array: 'real',
  Int8Array: 'integer',
  Int16Array: 'integer',
  Int32Array: 'integer',
  Uint8Array: 'integer',
  Uint8ClampedArray: 'integer',
  Uint16Array: 'integer',
  Uint32Array: 'bigint',
  BigInt64Array: 'bigint',
  BigUint64Array: 'bigint',
}

function isColumnData(data: unknown): data is ArrayLike<unknown> {
  return Array.isArray(data) || (types.isTypedArray(data) && typedArrayType(data) !== undefined)
}

function typedArrayType(data: object): ColumnType | undefined {
  return types.isTypedArray(data) ? typedArrayTypes[data[Symbol.toStringTag]] : undefined
}

/** Rows of a typed array that a batch can hold as they are, without a copy; undefined when they must be converted. */
function viewOf(
  data: unknown,
  type: ColumnType,
  start: number,
  end: number,
): ColumnBuffers[ColumnType] | undefined {
  const length = end - start
  if (types.isFloat64Array(data) && type === 'double')
    return new Float64Array(data.buffer, data.byteOffset + 8 * start, length)
  if (types.isFloat32Array(data) && type === 'real')
    return new Float32Array(data.buffer, data.byteOffset + 4 * start, length)
  if (types.isInt32Array(data) && (type === 'integer' || type === 'date'))
    return new Int32Array(data.buffer, data.byteOffset + 4 * start, length)
  if (types.isBigInt64Array(data) && (type === 'bigint' || type === 'timestamp'))
    return new BigInt64Array(data.buffer, data.byteOffset + 8 * start, length)
  return undefined
}

/** Whether an array lacks values, and the kind of those it has. Throws a TypeError when it holds more than one kind. */
function checkKinds(
  subject: string,
  values: readonly unknown[],
): { nullable: boolean; kind: ValueKind | undefined } {
  let nullable = false
  let kind: ValueKind | undefined
  let firstRow = 0
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    if (isMissing(value)) {
      nullable = true
      continue
    }
    const found = kindOf(value)
    if (found === undefined) {
      throw new TypeError(
        `${subject} expected a number, bigint, string, boolean or Date in row ${row}, got ${describeValue(value)}`,
      )
    }
    if (kind === undefined) {
      kind = found
      firstRow = row
    } else if (found !== kind) {
      throw new TypeError(
        `${subject} expected ${kind.name} in row ${row}, as in row ${firstRow}, got ${describeValue(value)}`,
      )
    }
  }
  return { nullable, kind }
}

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined
}
