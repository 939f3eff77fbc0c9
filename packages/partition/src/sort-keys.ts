import {
  type Batch,
  type ColumnBuffers,
  type ColumnType,
  columnValues,
  nullMask,
  parseUtcDay,
  type Partition,
  partitionsOf,
  type Table,
} from '@minilake/schema'
import type { ColumnBuffer } from './column-buffer.js'
import { compareTexts } from './compare-texts.js'
import { highWord, int32View, isWide, lowWord } from './int32-view.js'
import { firstDay } from './partition-values.js'

/** The keys that order the rows of a batch by partition and by `sortedBy`. */
export interface SortKeys {
  readonly rowCount: number
  /** The day of each row by partition level, outermost first, counted from 0001-01-01. */
  readonly days: readonly Uint32Array[]
  /** The columns that rows are compared by, most significant first. They begin with the days. */
  readonly columns: readonly KeyColumn[]
}

/** A key per row: unsigned 32-bit words, or texts in the order of `compareTexts`. */
export type KeyColumn = Uint32Array | string[]

const lastDay = parseUtcDay('9999-12-31') - firstDay

/**
 * The keys of a batch that `fillBatch` made. Throws a RangeError for a row whose partition time is null or outside the years 0001 to
 * 9999.
 */
export function sortKeys(table: Table, batch: Batch): SortKeys {
  const days = partitionsOf(table).map(([name, partition]) => utcDays(table, name, partition, batch))
  const sortedBy = (table.sortedBy ?? []).flatMap((name) => {
    const column = table.columns[name]
    if (column === undefined)
      throw new TypeError(`table ${table.name}: sortedBy expected a column, got ${name}`)
    const encoder: KeyEncoder<ColumnBuffer> = keyEncoders[column.type]
    const keys = encoder.keys(columnValues(batch, name))
    if (!column.nullable) return keys
    return [new Uint32Array(nullMask(batch, name) ?? new Uint8Array(batch.rowCount)), ...keys]
  })
  return { rowCount: batch.rowCount, days, columns: [...days, ...sortedBy] }
}

/** The days of a row, outermost partition level first. */
export function daysAt(days: readonly Uint32Array[], row: number): number[] {
  return days.map((level) => level[row] ?? 0)
}

/** Compares two rows by their keys: negative, 0 or positive. */
export function compareRows(keys: SortKeys, row: number, otherKeys: SortKeys, otherRow: number): number {
  for (let column = 0; column < keys.columns.length; column++) {
    const values = keys.columns[column]
    const others = otherKeys.columns[column]
    let order = 0
    if (values instanceof Uint32Array && others instanceof Uint32Array)
      order = (values[row] ?? 0) - (others[otherRow] ?? 0)
    else if (Array.isArray(values) && Array.isArray(others))
      order = compareTexts(values[row] ?? '', others[otherRow] ?? '')
    if (order !== 0) return order
  }
  return 0
}

function utcDays(table: Table, name: string, { from }: Partition, batch: Batch): Uint32Array {
  const times = columnValues(batch, from)
  if (table.columns[from]?.type !== 'timestamp' || !isWide(times))
    throw new TypeError(
      `table ${table.name}: partition ${name} expected a timestamp column in from, got ${from}`,
    )
  const mask = nullMask(batch, from)
  const words = int32View(times)
  const days = new Uint32Array(batch.rowCount)
  for (let row = 0; row < days.length; row++) {
    // A day is 10,546,875 × 2^13 µs, and without its low 13 bits any time is exact in a double.
    const time = (words[2 * row + highWord] ?? 0) * 2 ** 19 + ((words[2 * row + lowWord] ?? 0) >>> 13)
    const day = Math.floor(time / 10_546_875) - firstDay
    if (day < 0 || day > lastDay || mask?.[row] === 1) {
      const value = mask?.[row] === 1 ? 'null' : `${times[row]} µs since 1970`
      throw new RangeError(
        `table ${table.name}: partition ${name} expected a time of the years 0001 to 9999 in ${from}, got ${value}`,
      )
    }
    days[row] = day
  }
  return days
}

/** Makes keys that have the order of the values: one or more key columns, the one of the higher bits first. */
interface KeyEncoder<Values> {
  keys(values: Values): KeyColumn[]
}

const keyEncoders: { readonly [T in ColumnType]: KeyEncoder<ColumnBuffers[T]> } = {
  timestamp: { keys: bigintKeys },
  date: { keys: integerKeys },
  double: { keys: doubleKeys },
  real: { keys: (values) => doubleKeys(new Float64Array(values)) },
  bigint: { keys: bigintKeys },
  integer: { keys: integerKeys },
  boolean: { keys: (values) => [new Uint32Array(values)] },
  varchar: { keys: (texts) => [texts] },
}

const signBit = 0x8000_0000

function integerKeys(values: Int32Array): KeyColumn[] {
  return [new Uint32Array(values).map((value) => value ^ signBit)]
}

function bigintKeys(values: BigInt64Array): KeyColumn[] {
  const words = int32View(values)
  const high = new Uint32Array(values.length)
  const low = new Uint32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    high[row] = (words[2 * row + highWord] ?? 0) ^ signBit
    low[row] = words[2 * row + lowWord] ?? 0
  }
  return [high, low]
}

// The bits of doubles are in the order of their values once the sign bit is flipped, and for a negative number all bits.
function doubleKeys(values: Float64Array): KeyColumn[] {
  const words = int32View(values)
  const high = new Uint32Array(values.length)
  const low = new Uint32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? NaN
    const highBits = words[2 * row + highWord] ?? 0
    const lowBits = words[2 * row + lowWord] ?? 0
    if (Number.isNaN(value)) high[row] = 0xffff_ffff
    else if (value === 0) high[row] = signBit
    else {
      high[row] = value < 0 ? ~highBits : highBits ^ signBit
      low[row] = value < 0 ? ~lowBits : lowBits
    }
  }
  return [high, low]
}
