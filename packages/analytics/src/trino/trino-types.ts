import { type ColumnType, formatUtcDay, millisPerDay } from '@minilake/schema'
import { distinctNames } from '../distinct-names.js'
import { preciseDate } from '../precise-date.js'
import type { ResultColumn } from '../sql-engine.js'

/** A column as Trino's protocol describes it. */
export interface TrinoColumn {
  name: string
  type: string
  typeSignature?: TypeSignature
}

interface TypeSignature {
  rawType: string
  arguments?: readonly { value: TypeSignature | { typeSignature: TypeSignature } | number }[]
}

/** A column of a result, and how its values that are not null are read from a page. */
export type TrinoResultColumn = ResultColumn & { read: (value: unknown) => unknown }

/** The columns of a result, with distinct names. */
export function trinoResultColumns(columns: readonly TrinoColumn[]): TrinoResultColumn[] {
  const distinct = distinctNames(columns.map(({ name }) => name))
  return columns.map(({ name, type, typeSignature }, index) => ({
    name: distinct[index] ?? name,
    engineType: type,
    ...(types[type.replace(/ ?\(.*\)/, '')] ?? { read: (value) => textOf(value, typeSignature) }),
  }))
}

const asItIs = (value: unknown) => value
// NaN and the infinities arrive as text.
const double = (value: unknown) => (typeof value === 'number' ? value : Number(value))
const bigint = (value: unknown) => BigInt(value as number | string)
/** The column type of each Trino type (without parameters) that has one, and how its values are read. Other types are text. */
const types: Record<string, { type: ColumnType; read: (value: unknown) => unknown }> = {
  boolean: { type: 'boolean', read: asItIs },
  tinyint: { type: 'integer', read: asItIs },
  smallint: { type: 'integer', read: asItIs },
  integer: { type: 'integer', read: asItIs },
  bigint: { type: 'bigint', read: bigint },
  // Trino writes the shortest decimal text of the 32-bit number.
  real: { type: 'real', read: (value) => Math.fround(double(value)) },
  double: { type: 'double', read: double },
  varchar: { type: 'varchar', read: asItIs },
  char: { type: 'varchar', read: asItIs },
  date: { type: 'date', read: (value) => dateOf(value as string) },
  timestamp: { type: 'timestamp', read: (value) => timeOf(value as string) },
  'timestamp with time zone': { type: 'timestamp', read: (value) => zonedTimeOf(value as string) },
}

function dateOf(text: string): string {
  return text.length === 10 ? text : formatUtcDay(millisOf(`${text} 00:00:00`, '') / millisPerDay)
}

function timeOf(text: string): Date {
  return preciseDate(millisOf(text, ''), finerDigits(text))
}

function zonedTimeOf(text: string): Date {
  const zone = text.lastIndexOf(' ')
  const offset = /^(?:UTC|Z|([+-])(\d\d):(\d\d))$/.exec(text.slice(zone + 1))
  if (offset === null) {
    // In the hour that a zone's clocks repeat, the zone's name leaves open which moment is meant.
    throw new RangeError(
      `time with a zone expected UTC or an offset, got ${text}: select it AT TIME ZONE 'UTC', or as text by CAST(… AS VARCHAR)`,
    )
  }
  const [, sign, hours = 0, minutes = 0] = offset
  const offsetMillis = (Number(hours) * 60 + Number(minutes)) * 60_000
  const local = text.slice(0, zone)
  const millis = millisOf(local, text.slice(zone))
  return preciseDate(sign === '-' ? millis + offsetMillis : millis - offsetMillis, finerDigits(local))
}

/** Epoch milliseconds of '[±]YYYY-MM-DD hh:mm:ss.f…' as UTC; finer digits are dropped. Throws a RangeError beyond Date's range. */
function millisOf(text: string, zone: string): number {
  const isSigned = text[0] === '-' || text[0] === '+'
  const at = text.indexOf('-', 1)
  const year = digits(text, isSigned ? 1 : 0, at)
  const days = daysOf(
    text[0] === '-' ? -year : year,
    digits(text, at + 1, at + 3),
    digits(text, at + 4, at + 6),
  )
  const minutes = digits(text, at + 7, at + 9) * 60 + digits(text, at + 10, at + 12)
  const seconds = minutes * 60 + digits(text, at + 13, at + 15)
  const places = Math.min(Math.max(text.length - at - 16, 0), 3)
  const fraction = digits(text, at + 16, at + 16 + places) * 10 ** (3 - places)
  const millis = days * millisPerDay + seconds * 1000 + fraction
  if (!(Math.abs(millis) <= 8.64e15)) {
    throw new RangeError(`timestamp expected one that a Date can hold, got ${text}${zone}`)
  }
  return millis
}

/** The digits of a time after its milliseconds. */
function finerDigits(text: string): string {
  const point = text.indexOf('.')
  return point === -1 ? '' : text.slice(point + 4)
}

/** Days since 1970-01-01. Years are counted from 1 March, so that the leap day is the last day of a year. */
function daysOf(year: number, month: number, day: number): number {
  // Faster than Date.UTC.
  const years = month > 2 ? year : year - 1
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400)
  const daysBeforeMonth = Math.floor((153 * ((month + 9) % 12) + 2) / 5)
  return 365 * years + leapDays + daysBeforeMonth + day - 719_469
}

function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index++) value = 10 * value + text.charCodeAt(index) - 48
  return value
}

/** The text of a value without a column type: as Trino sends it, or JSON for arrays, maps and rows (as arrays). */
function textOf(value: unknown, signature: TypeSignature | undefined): string {
  return typeof value === 'string' ? value : jsonOf(value, signature)
}

function jsonOf(value: unknown, signature: TypeSignature | undefined): string {
  const inner = (signature?.arguments ?? []).map(({ value }) =>
    typeof value === 'number' ? undefined : 'typeSignature' in value ? value.typeSignature : value,
  )
  // parseExactJson has read long integers as text, to keep all digits.
  if (signature?.rawType === 'bigint') return String(value)
  if (Array.isArray(value)) {
    const isRow = signature?.rawType === 'row'
    return `[${value.map((item, index) => jsonOf(item, inner[isRow ? index : 0])).join(',')}]`
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => `${JSON.stringify(key)}:${jsonOf(item, inner[1])}`,
    )
    return `{${entries.join(',')}}`
  }
  return JSON.stringify(value)
}
