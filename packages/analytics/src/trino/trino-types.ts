import type { ColumnType } from '@minilake/schema'
import { distinctNames } from '../distinct-names.js'
import type { BatchColumn } from '../result-batch.js'
import type { ResultColumn } from '../sql-engine.js'
import { buffers } from './trino-buffers.js'
import { dateOf, timeOf, zonedTimeOf } from './trino-time.js'

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

/** A column of a result, and how its values are read from a page: one that is not null, or all as a buffer. */
export interface TrinoResultColumn extends ResultColumn {
  read: (value: unknown) => unknown
  buffer: (page: TrinoPage, index: number) => BatchColumn
}

/** Rows as Trino sends them, each with a value per column. */
export type TrinoPage = readonly (readonly unknown[])[]

/** The columns of a result, with distinct names. */
export function trinoResultColumns(columns: readonly TrinoColumn[]): TrinoResultColumn[] {
  const distinct = distinctNames(columns.map(({ name }) => name))
  return columns.map(({ name, type, typeSignature }, index) => {
    const plainType = type.replace(/ ?\(.*\)/, '')
    const known = types[plainType]
    const read = known?.read ?? ((value: unknown) => textOf(value, typeSignature))
    const readBuffer =
      plainType === 'timestamp with time zone' ? buffers[plainType] : buffers[known?.type ?? 'varchar']
    return {
      name: distinct[index] ?? name,
      engineType: type,
      ...known,
      read,
      buffer: (page, at) => readBuffer(page, at, read),
    }
  })
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
