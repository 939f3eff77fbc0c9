import { partitionBatches, pickRows } from '@minilake/partition'
import { type Batch, columnValues, nullMask, type Table } from '@minilake/schema'

/** What became of merged rows; the four counts add up to them. */
export interface MergeCounts {
  /** Rows with a key that was not there. */
  inserted: number
  /** Rows in whose place were older ones with the same key. */
  replaced: number
  /** Rows that were there with the same values. */
  same: number
  /** Rows that a later row of the same import replaced. */
  duplicates: number
}

/** No column of a table has this name, because it starts with `_`. */
const ageColumn = '_age'

/**
 * Merges new rows into the stored ones of a partition and hands the result to `write`. Of the rows of one key, the last new one stays;
 * stored rows whose key is not among the new ones all stay. The result is in the order of `sortedBy`, then of the key. Memory is bounded.
 */
export async function mergeRows<R>(
  table: Table,
  rows: { stored: AsyncIterable<Batch>; arrived: AsyncIterable<Batch> },
  write: (batches: Iterable<Batch>) => Promise<R>,
): Promise<{ result: R; counts: MergeCounts }> {
  const { name, columns, key = [], sortedBy = [] } = table
  const order = [...sortedBy, ...key.filter((column) => !sortedBy.includes(column))]
  // Rows of one key must be neighbours. If all of `sortedBy` belongs to the key, they are, in the final order.
  const isKeyOrder = sortedBy.every((column) => key.includes(column))
  const byKey = {
    name,
    columns: { ...columns, [ageColumn]: { type: 'double' } },
    sortedBy: [...(isKeyOrder ? order : key), ageColumn],
  } as const
  const counts = { inserted: 0, replaced: 0, same: 0, duplicates: 0 }
  for await (const { batches } of partitionBatches<Table>(byKey, withAges(rows))) {
    const latest = latestRows(table, batches, counts)
    if (isKeyOrder) return { result: await write(latest), counts }
    for await (const sorted of partitionBatches<Table>({ name, columns, sortedBy: order }, latest))
      return { result: await write(sorted.batches), counts }
  }
  return { result: await write([]), counts }
}

/** Rows with their ages: 0 for stored ones; the new ones count down from -1, so that the last is the first of its key. */
async function* withAges({ stored, arrived }: Parameters<typeof mergeRows>[1]): AsyncGenerator<Batch> {
  for await (const batch of stored) yield withAge(batch, new Float64Array(batch.rowCount))
  let age = 0
  for await (const batch of arrived)
    yield withAge(
      batch,
      new Float64Array(batch.rowCount).map(() => (age -= 1)),
    )
}

function withAge(batch: Batch, ages: Float64Array): Batch {
  return { ...batch, columns: { ...batch.columns, [ageColumn]: ages } }
}

/** The first row of a key, and what has been seen of the others. */
interface KeyGroup {
  batch: Batch
  row: number
  isNew: boolean
  stored: number
  /** Whether the last stored row has the values of the first row. */
  isSame: boolean
}

/** The rows to keep, from rows sorted by key and age. */
function* latestRows(table: Table, batches: Iterable<Batch>, counts: MergeCounts): Generator<Batch> {
  const { key = [] } = table
  let group: KeyGroup | undefined
  const endGroup = () => {
    if (!group?.isNew) return
    if (group.stored === 0) counts.inserted += 1
    else if (group.stored === 1 && group.isSame) counts.same += 1
    else counts.replaced += 1
  }
  for (const batch of batches) {
    const ages = columnValues(batch, ageColumn)
    const kept = new Uint32Array(batch.rowCount)
    let keptCount = 0
    for (let row = 0; row < batch.rowCount; row++) {
      const isNew = Number(ages[row]) < 0
      if (group === undefined || !hasSameValues(key, group, batch, row)) {
        endGroup()
        group = { batch, row, isNew, stored: isNew ? 0 : 1, isSame: false }
        kept[keptCount++] = row
      } else if (isNew) {
        counts.duplicates += 1
      } else {
        group.stored += 1
        if (group.isNew) group.isSame = hasSameValues(Object.keys(table.columns), group, batch, row)
        else kept[keptCount++] = row
      }
    }
    if (keptCount > 0) yield pickRows(table, batch, kept.subarray(0, keptCount))
  }
  endGroup()
}

/** Whether a row has the values of a group's first row. As in the identity of rows, every NaN is one value, and −0 and 0 are two. */
function hasSameValues(columns: readonly string[], group: KeyGroup, batch: Batch, row: number): boolean {
  for (const name of columns) {
    const isNull = nullMask(batch, name)?.[row] === 1
    if (isNull !== (nullMask(group.batch, name)?.[group.row] === 1)) return false
    if (isNull) continue
    if (!Object.is(columnValues(batch, name)[row], columnValues(group.batch, name)[group.row])) return false
  }
  return true
}
