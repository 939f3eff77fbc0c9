import type { Batch, Table } from '@minilake/schema'
import { copyRanges, type RowRange } from './copy-ranges.js'
import type { BlockRows, MergedRows } from './merge-runs.js'
import { partitionValues } from './partition-values.js'

/** The rows of one partition. */
export interface PartitionedBatches<T extends Table> {
  /** Partition values by name, outermost first: `{ event_date: '2026-01-01' }`; `{}` for a table without partitions. */
  readonly partition: Readonly<Record<string, string>>
  /**
   * The rows of the partition in the order of `sortedBy`, in batches of 131,072 rows (fewer in the last). Pull them once, and before
   * you ask for the next partition: that skips the rest, and pulling them afterwards throws an Error.
   */
  readonly batches: Iterable<Batch<T>>
}

/** Splits rows, which come in order, into partitions, and each partition into batches. The consumer owns every batch. */
export function* partitionRows(table: Table, rows: MergedRows): Generator<PartitionedBatches<Table>> {
  let current: object | undefined
  try {
    for (;;) {
      const days = rows.nextDays()
      if (!days) return
      const partition = partitionValues(table, days)
      const take = (maxRows: number) => {
        if (current === partition) return rows.take(days, maxRows)
        throw new Error(
          `batches of table ${table.name} expected to be pulled before the next partition, got pulled too late for ${JSON.stringify(partition)}`,
        )
      }
      current = partition
      yield { partition, batches: batchesOf(table, take) }
      while (rows.take(days, Infinity));
    }
  } finally {
    current = undefined
  }
}

const batchRows = 131_072

function* batchesOf(table: Table, take: (maxRows: number) => BlockRows | undefined): Generator<Batch> {
  for (;;) {
    const sources = new Map<Batch, number>()
    const ranges: RowRange[] = []
    let rowCount = 0
    while (rowCount < batchRows) {
      const taken = take(batchRows - rowCount)
      if (!taken) break
      const { block, start, end } = taken
      const source = sources.get(block) ?? sources.size
      sources.set(block, source)
      ranges.push({ source, start, end })
      rowCount += end - start
    }
    if (rowCount === 0) return
    yield copyRanges(table, [...sources.keys()], ranges)
  }
}
