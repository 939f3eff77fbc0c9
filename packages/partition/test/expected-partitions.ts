import { partitionsOf, type Table } from '@minilake/schema'
import { columnIndex, type StoredRow, type StoredValue } from './any-rows.js'

/** A partition and its rows. */
export interface PartitionedRows {
  readonly partition: Readonly<Record<string, string>>
  readonly rows: StoredRow[]
}

/** What `partitionBatches` should give, computed in the simplest way. */
export function expectedPartitions(table: Table, rows: readonly StoredRow[]): PartitionedRows[] {
  const partitions = new Map<string, PartitionedRows>()
  for (const row of rows) {
    const days = partitionsOf(table).map(([, { from }]) => utcDay(row[columnIndex(table, from)] as bigint))
    const partition = Object.fromEntries(partitionsOf(table).map(([name], level) => [name, days[level]!]))
    const found = partitions.get(days.join())
    if (found) found.rows.push(row)
    else partitions.set(days.join(), { partition, rows: [row] })
  }
  return [...partitions]
    .sort(([days], [otherDays]) => compareValues(days, otherDays))
    .map(([, { partition, rows }]) => ({ partition, rows: sorted(table, rows) }))
}

function sorted(table: Table, rows: readonly StoredRow[]): StoredRow[] {
  const indexes = (table.sortedBy ?? []).map((name) => columnIndex(table, name))
  return rows.toSorted((row, other) => {
    const orders = indexes.map((index) =>
      compareValues(row[index] as StoredValue, other[index] as StoredValue),
    )
    return orders.find((order) => order !== 0) ?? 0
  })
}

/** Compares two values of one type. */
export function compareValues(value: StoredValue, other: StoredValue): number {
  if (value === null || other === null) return Number(value === null) - Number(other === null)
  if (typeof value === 'string') return Buffer.compare(Buffer.from(value), Buffer.from(other as string))
  if (Number.isNaN(value) || Number.isNaN(other))
    return Number(Number.isNaN(value)) - Number(Number.isNaN(other))
  return Number(value > other) - Number(value < other)
}

function utcDay(micros: bigint): string {
  const millis = (micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n
  return new Date(Number(millis)).toISOString().slice(0, 10)
}
