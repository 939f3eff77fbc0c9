import type { Footer } from '@minilake/parquet'
import { parsePartitionPath, partitionsOf, type Table } from '@minilake/schema'

/**
 * How the rows of a data file miss the partition that its key names, by its footer, in one sentence; undefined if they do not. Queries
 * would find such a row in another day's folder or miss it, depending on their conditions.
 */
export function partitionFault(
  table: Table,
  key: string,
  { rowCount, columns }: Pick<Footer, 'rowCount' | 'columns'>,
): string | undefined {
  if (rowCount === 0) return undefined
  const values = parsePartitionPath(key)
  for (const [name, { from }] of partitionsOf(table)) {
    const column = columns.find((candidate) => candidate.name === from)
    for (const bound of [column?.min, column?.max]) {
      const day =
        bound instanceof Date ? bound.toISOString().slice(0, 10) : `unknown (no statistics of ${from})`
      if (day !== values[name])
        return `partition ${name}=${values[name]} expected rows of that day, got ${day}`
    }
  }
  return undefined
}
