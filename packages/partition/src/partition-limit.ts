import { formatUtcDay, partitionPath, partitionsOf, type Table } from '@minilake/schema'
import { firstDay } from './sort-keys.js'

/** Counts the partitions that rows lie in. */
export interface PartitionLimit {
  /** Counts those of rows by their days, as `SortKeys` has them. */
  add(days: readonly Uint32Array[]): void
  /** Throws a RangeError when there are more than allowed. */
  check(): void
}

/** A count of a table's partitions that allows so many. */
export function partitionLimit(table: Table, maxPartitions: number): PartitionLimit {
  const found = new Map<number | string, number[]>()
  return {
    add(days) {
      const [outermost, ...inner] = days
      if (outermost === undefined) return
      let last: number | string | undefined
      for (let row = 0; row < outermost.length; row++) {
        const key =
          inner.length === 0 ? (outermost[row] as number) : days.map((level) => level[row] as number).join()
        if (key === last) continue
        last = key
        if (!found.has(key))
          found.set(
            key,
            days.map((level) => level[row] as number),
          )
      }
    },
    check() {
      if (found.size <= maxPartitions) return
      const sorted = [...found.values()].sort(compareDays)
      const [first, last] = [sorted[0], sorted.at(-1)].map((days) => folder(table, days as number[]))
      throw new RangeError(
        `rows of table ${table.name} expected at most ${maxPartitions} partitions, got ${found.size} (${first} to ${last}): are the times read right? \`maxPartitions\` ${found.size} allows them`,
      )
    },
  }
}

function compareDays(days: readonly number[], others: readonly number[]): number {
  const level = days.findIndex((day, index) => day !== others[index])
  return level === -1 ? 0 : (days[level] as number) - (others[level] as number)
}

function folder(table: Table, days: readonly number[]): string {
  const values = partitionsOf(table).map(([name], level) => [
    name,
    formatUtcDay((days[level] as number) + firstDay),
  ])
  return partitionPath(Object.fromEntries(values) as Record<string, string>).replace(/\/$/, '')
}
