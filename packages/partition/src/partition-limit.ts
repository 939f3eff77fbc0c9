import { partitionPath, type Table } from '@minilake/schema'
import { partitionValues } from './partition-values.js'
import { daysAt } from './sort-keys.js'

/** Counts the partitions that rows belong to. */
export interface PartitionLimit {
  /** Counts the partitions of rows by their days, as `SortKeys` holds them. */
  add(days: readonly Uint32Array[]): void
  /** Throws a RangeError when there are more than the limit. */
  check(): void
}

/** A limit of `maxPartitions` on the partitions of a table. */
export function partitionLimit(table: Table, maxPartitions: number): PartitionLimit {
  const found = new Map<number | string, readonly number[]>()
  return {
    add(days) {
      const [outermost, ...inner] = days
      if (outermost === undefined) return
      let last: number | string | undefined
      for (let row = 0; row < outermost.length; row++) {
        const key = inner.length === 0 ? (outermost[row] ?? 0) : daysAt(days, row).join()
        if (key === last) continue
        last = key
        if (!found.has(key)) found.set(key, daysAt(days, row))
      }
    },
    check() {
      if (found.size <= maxPartitions) return
      const folders = [...found.values()]
        .sort(compareDays)
        .map((days) => partitionPath(partitionValues(table, days)).replace(/\/$/, ''))
      throw new RangeError(
        `rows of table ${table.name} expected at most ${maxPartitions} partitions, got ${found.size} (${folders[0]} to ${folders.at(-1)}): check that the times are read correctly, or allow them with \`maxPartitions\` ${found.size}`,
      )
    },
  }
}

function compareDays(days: readonly number[], others: readonly number[]): number {
  const orders = days.map((day, level) => day - (others[level] ?? 0))
  return orders.find((order) => order !== 0) ?? 0
}
