import { types } from 'node:util'
import type { ColumnType } from '@minilake/schema'

/** A kind of value that an array may hold: one word for error messages, and the column type it becomes by default. */
export interface ValueKind {
  readonly name: string
  readonly columnType: ColumnType
}

const kinds: Readonly<Partial<Record<string, ValueKind>>> = {
  number: { name: 'a number', columnType: 'double' },
  bigint: { name: 'a bigint', columnType: 'bigint' },
  string: { name: 'a string', columnType: 'varchar' },
  boolean: { name: 'true or false', columnType: 'boolean' },
}
const dateKind: ValueKind = { name: 'a Date', columnType: 'timestamp' }

/** The kind of a value; undefined for one that no column can hold. */
export function kindOf(value: unknown): ValueKind | undefined {
  return types.isDate(value) ? dateKind : kinds[typeof value]
}

/** A value as an error message shows it: `"calm"`, `12n`, `an invalid Date`, `an Array`. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  }
  if (typeof value === 'bigint') return `${value}n`
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString()
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  const type = Object.prototype.toString.call(value).slice('[object '.length, -1)
  return `${/^[AEIOU]/.test(type) ? 'an' : 'a'} ${type}`
}
