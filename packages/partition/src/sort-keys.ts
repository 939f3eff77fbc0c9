import {
  type Batch,
  type Column,
  type ColumnBuffers,
  type ColumnType,
  parseUtcDay,
  type Partition,
  partitionsOf,
  type Table,
} from '@minilake/schema'
import { compareTexts } from './compare-texts.js'
import { highWord, lowWord, wordsOf } from './int32-view.js'

/** Where the rows of a batch stand in the order of partitions and of `sortedBy`. */
export interface SortKeys {
  readonly rowCount: number
  /** Each row's day by partition level, outermost first, counted from 0001-01-01. */
  readonly days: readonly Uint32Array[]
  /** What rows are compared by, most significant first. It begins with the days. */
  readonly columns: readonly KeyColumn[]
}

/** Whole numbers, or texts in the order of `compareTexts`: one per row. */
export type KeyColumn = Uint32Array | string[]

type Buffer = Batch['columns'][string]
type Nulls = Readonly<Record<string, Uint8Array>>

/** The first day that a partition can have, counted from 1970-01-01. */
export const firstDay = parseUtcDay('0001-01-01')
const lastDay = parseUtcDay('9999-12-31') - firstDay

/**
 * The keys of a batch as `fillBatch` makes it. Throws a RangeError for a row whose partition time is null or outside the
 * years 0001 to 9999.
 */
export function sortKeys(table: Table, batch: Batch): SortKeys {
  const days = partitionsOf(table).map(([name, partition]) => utcDays(table, name, partition, batch))
  const sortedBy = (table.sortedBy ?? []).flatMap((name) => {
    const { type, nullable } = table.columns[name] as Column
    const keys = (keyColumns[type] as (values: Buffer) => KeyColumn[])(batch.columns[name] as Buffer)
    return nullable ? [new Uint32Array((batch.nulls as Nulls)[name] as Uint8Array), ...keys] : keys
  })
  return { rowCount: batch.rowCount, days, columns: [...days, ...sortedBy] }
}

/** Compares two rows by their keys: negative, 0 or positive. */
export function compareRows(keys: SortKeys, row: number, otherKeys: SortKeys, otherRow: number): number {
  for (let column = 0; column < keys.columns.length; column++) {
    const values = keys.columns[column] as KeyColumn
    const others = otherKeys.columns[column] as KeyColumn
    const order =
      values instanceof Uint32Array
        ? (values[row] as number) - ((others as Uint32Array)[otherRow] as number)
        : compareTexts(values[row] as string, others[otherRow] as string)
    if (order !== 0) return order
  }
  return 0
}

function utcDays(table: Table, name: string, { from }: Partition, batch: Batch): Uint32Array {
  const times = batch.columns[from] as BigInt64Array
  const mask = (batch.nulls as Nulls | undefined)?.[from]
  const words = wordsOf(times)
  const days = new Uint32Array(batch.rowCount)
  for (let row = 0; row < days.length; row++) {
    // A day is 10,546,875 times 2 ** 13 µs, and without its low 13 bits any time is exact in a double.
    const time =
      (words[2 * row + highWord] as number) * 2 ** 19 + ((words[2 * row + lowWord] as number) >>> 13)
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

// Unsigned words in the order of the values, those of the higher bits first: what a radix sort takes.
const keyColumns: { readonly [T in ColumnType]: (values: ColumnBuffers[T]) => KeyColumn[] } = {
  timestamp: bigintKeys,
  date: integerKeys,
  double: doubleKeys,
  real: (values) => doubleKeys(new Float64Array(values)),
  bigint: bigintKeys,
  integer: integerKeys,
  boolean: (values) => [new Uint32Array(values)],
  varchar: (texts) => [texts],
}

const signBit = 0x8000_0000

function integerKeys(values: Int32Array): KeyColumn[] {
  return [new Uint32Array(values).map((value) => value ^ signBit)]
}

function bigintKeys(values: BigInt64Array): KeyColumn[] {
  const words = wordsOf(values)
  const high = new Uint32Array(values.length)
  const low = new Uint32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    high[row] = (words[2 * row + highWord] as number) ^ signBit
    low[row] = words[2 * row + lowWord] as number
  }
  return [high, low]
}

// The bits of a double are ordered as its value is once the sign bit is turned over, and for a negative number all bits.
function doubleKeys(values: Float64Array): KeyColumn[] {
  const words = wordsOf(values)
  const high = new Uint32Array(values.length)
  const low = new Uint32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    const highBits = words[2 * row + highWord] as number
    const lowBits = words[2 * row + lowWord] as number
    if (Number.isNaN(value)) high[row] = 0xffff_ffff
    else if (value === 0) high[row] = signBit
    else {
      high[row] = value < 0 ? ~highBits : highBits ^ signBit
      low[row] = value < 0 ? ~lowBits : lowBits
    }
  }
  return [high, low]
}
