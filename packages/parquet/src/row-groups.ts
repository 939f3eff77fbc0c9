import { type Batch, checkBatch, columnBuffer, columnsOf, type Table } from '@minilake/schema'

type Buffers = Record<string, Batch['columns'][string]>
type Nulls = Record<string, Uint8Array>

/**
 * Batches of any size as batches of exactly `rowGroupRows` rows, the last one shorter. A batch that already is a row
 * group is handed on as it is; at most one row group is held in memory. Throws when a batch does not fit the table.
 */
export function* rowGroups(table: Table, batches: Iterable<Batch>, rowGroupRows: number): Generator<Batch> {
  let group: { columns: Buffers; nulls: Nulls } | undefined
  let filled = 0
  for (const batch of batches) {
    checkBatch(table, batch)
    let taken = 0
    while (taken < batch.rowCount) {
      if (filled === 0 && taken === 0 && batch.rowCount === rowGroupRows) {
        yield batch
        break
      }
      group ??= emptyGroup(table, rowGroupRows)
      const count = Math.min(batch.rowCount - taken, rowGroupRows - filled)
      copyRows(table, batch, taken, group, filled, count)
      taken += count
      filled += count
      if (filled === rowGroupRows) {
        yield { rowCount: filled, ...group }
        group = undefined
        filled = 0
      }
    }
  }
  if (group !== undefined && filled > 0) yield firstRows(group, filled)
}

function emptyGroup(table: Table, rowCount: number): { columns: Buffers; nulls: Nulls } {
  const columns = columnsOf(table)
  return {
    columns: Object.fromEntries(columns.map(([name, { type }]) => [name, columnBuffer[type](rowCount)])),
    nulls: Object.fromEntries(
      columns.flatMap(([name, { nullable }]) => (nullable ? [[name, new Uint8Array(rowCount)]] : [])),
    ),
  }
}

function copyRows(
  table: Table,
  from: Batch,
  start: number,
  to: { columns: Buffers; nulls: Nulls },
  at: number,
  count: number,
): void {
  const nulls = from.nulls as Nulls | undefined
  for (const [name] of columnsOf(table)) {
    const source = from.columns[name] as Batch['columns'][string]
    const target = to.columns[name] as Batch['columns'][string]
    if (Array.isArray(source)) {
      for (let i = 0; i < count; i++) (target as string[])[at + i] = source[start + i] as string
    } else {
      ;(target as Uint8Array).set(source.subarray(start, start + count) as Uint8Array, at)
    }
    const mask = nulls?.[name]
    if (mask !== undefined) to.nulls[name]?.set(mask.subarray(start, start + count), at)
  }
}

function firstRows(group: { columns: Buffers; nulls: Nulls }, rowCount: number): Batch {
  const cut = <B extends Batch['columns'][string] | Uint8Array>(buffer: B): B =>
    (Array.isArray(buffer) ? buffer.slice(0, rowCount) : buffer.subarray(0, rowCount)) as B
  return {
    rowCount,
    columns: Object.fromEntries(Object.entries(group.columns).map(([name, buffer]) => [name, cut(buffer)])),
    nulls: Object.fromEntries(Object.entries(group.nulls).map(([name, mask]) => [name, cut(mask)])),
  }
}
