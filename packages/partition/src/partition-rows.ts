import { type Batch, formatUtcDay, partitionsOf, type Table } from '@minilake/schema'
import { copyRanges, type RowRange } from './copy-ranges.js'
import type { BlockRows, MergedRows } from './merge-runs.js'
import { firstDay } from './sort-keys.js'

/** The rows of one partition. */
export interface PartitionedBatches<T extends Table> {
  /** Partition values by name, outermost first: `{ event_date: '2026-01-01' }`; `{}` for a table without partitions. */
  readonly partition: Readonly<Record<string, string>>
  /**
   * The partition's rows in order of `sortedBy`, 131,072 to a batch, fewer in the last. To be taken once, and before the next
   * partition is asked for: what is left is skipped then, and to take it later throws an Error.
   */
  readonly batches: Iterable<Batch<T>>
}

/** Splits rows in order into partitions, and those into batches, each of which belongs to its taker. */
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
          `batches of table ${table.name} expected to be taken before the next partition, got asked late for ${JSON.stringify(partition)}`,
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

function partitionValues(table: Table, days: readonly number[]): Record<string, string> {
  return Object.fromEntries(
    partitionsOf(table).map(([name], level) => [name, formatUtcDay((days[level] as number) + firstDay)]),
  )
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
