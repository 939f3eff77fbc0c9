import { parsePartitionPath, partitionPath } from './partition-path.js'
import { partitionsOf, type Table } from './table.js'

/** The prefix of every object of a table, with its slash: `pump/`. The table's location is the bucket and this. */
export function tablePrefix(table: Table): string {
  return `${table.name}/`
}

/**
 * The key of a data file: `pump/2026-01-01.parquet`, `pump_daily/event_date=2026-01-01/pump-0007.parquet`.
 * Throws a TypeError when the partition values are not those of the table, a RangeError when engines would not read a file
 * of that name.
 */
export function dataFileKey(
  table: Table,
  { name, partition = {} }: { name: string; partition?: Readonly<Record<string, string>> },
): string {
  const expected = partitionsOf(table).map(([column]) => column)
  const given = Object.keys(partition)
  if (expected.join() !== given.join()) {
    throw new TypeError(
      `data file of table ${table.name} expected the partition values ${expected.join(', ') || '(none)'}, got ${given.join(', ') || '(none)'}`,
    )
  }
  const key = `${tablePrefix(table)}${partitionPath(partition)}${name}.parquet`
  if (!isDataFileKey(table, key)) {
    throw new RangeError(
      `data file expected a name without slashes, no _ or . at its start, got ${JSON.stringify(name)}`,
    )
  }
  return key
}

/**
 * Whether engines read an object as a data file of a table: under the table's prefix, one folder per partition and no
 * other, named `….parquet`. Hive hides names that start with `_` or `.`, and does not look into further folders.
 */
export function isDataFileKey(table: Table, key: string): boolean {
  if (!key.startsWith(tablePrefix(table))) return false
  const folders = key.slice(tablePrefix(table).length).split('/')
  const name = folders.pop() as string
  const partitions = Object.keys(parsePartitionPath(key)).join('/')
  const expected = partitionsOf(table).map(([column]) => column)
  return (
    partitions === expected.join('/') && folders.length === expected.length && /^[^_.].*\.parquet$/.test(name)
  )
}
