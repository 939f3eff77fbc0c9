import { type Batch, checkBatch, columnBuffer, columnsOf, type Table } from '@minilake/schema'

type Buffer = Batch['columns'][string]
type Nulls = Readonly<Record<string, Uint8Array>>

/**
 * Batches of any size as batches of exactly `rowGroupRows` rows, the last one shorter. At most one row group and the
 * batch at hand are held in memory; what need not be copied is not. Throws when a batch does not fit the table.
 */
export function* rowGroups(table: Table, batches: Iterable<Batch>, rowGroupRows: number): Generator<Batch> {
  let held: Batch[] = []
  let heldRows = 0
  for (const batch of batches) {
    checkBatch(table, batch)
    let taken = 0
    while (taken < batch.rowCount) {
      const rows = Math.min(batch.rowCount - taken, rowGroupRows - heldRows)
      held.push(sliceBatch(table, batch, taken, taken + rows))
      heldRows += rows
      taken += rows
      if (heldRows < rowGroupRows) continue
      yield joinBatches(table, held, heldRows)
      held = []
      heldRows = 0
    }
  }
  if (heldRows > 0) yield joinBatches(table, held, heldRows)
}

/** Some rows of a batch; typed arrays are views on the batch's own. */
function sliceBatch(table: Table, batch: Batch, start: number, end: number): Batch {
  if (start === 0 && end === batch.rowCount) return batch
  const cut = <B extends Buffer | Uint8Array>(buffer: B): B =>
    (Array.isArray(buffer) ? buffer.slice(start, end) : buffer.subarray(start, end)) as B
  const nulls = Object.entries<Uint8Array>(batch.nulls ?? {})
  return {
    rowCount: end - start,
    columns: Object.fromEntries(columnsOf(table).map(([name]) => [name, cut(batch.columns[name] as Buffer)])),
    nulls: Object.fromEntries(nulls.map(([name, mask]) => [name, cut(mask)])),
  }
}

function joinBatches(table: Table, batches: readonly Batch[], rowCount: number): Batch {
  const [first] = batches
  if (first && batches.length === 1) return first
  const columns: Record<string, Buffer> = {}
  const nulls: Record<string, Uint8Array> = {}
  for (const [name, { type, nullable }] of columnsOf(table)) {
    const joined = columnBuffer[type](rowCount)
    const mask = new Uint8Array(nullable ? rowCount : 0)
    let at = 0
    for (const batch of batches) {
      const part = batch.columns[name] as Buffer
      if (Array.isArray(part)) part.forEach((value, row) => ((joined as string[])[at + row] = value))
      else (joined as Uint8Array).set(part as Uint8Array, at)
      const partMask = (batch.nulls as Nulls | undefined)?.[name]
      if (nullable && partMask) mask.set(partMask, at)
      at += batch.rowCount
    }
    columns[name] = joined
    if (nullable) nulls[name] = mask
  }
  return { rowCount, columns, nulls }
}
