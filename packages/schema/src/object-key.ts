import { parsePartitionPath, partitionPath } from './partition-path.js'
import { partitionsOf, type Table } from './table.js'

/** The key prefix of a table's objects, with a slash at its end: `pump/`. */
export function tablePrefix(table: Table): string {
  return `${table.name}/`
}

/**
 * The key of a data file: `pump/2026-01-01.parquet`, `pump_daily/event_date=2026-01-01/pump-0007.parquet`.
 * Throws a TypeError unless `partition` has the table's partition columns, in order, and a RangeError for a file name that engines
 * would not read.
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
      `data file expected a name without slashes that does not start with _ or ., got ${JSON.stringify(name)}`,
    )
  }
  return key
}

/**
 * Whether engines read an object as a data file of a table: it is under the table's prefix, with exactly one folder per
 * partition, and its name ends in `.parquet`. Hive ignores names that start with `_` or `.`, and deeper folders.
 */
export function isDataFileKey(table: Table, key: string): boolean {
  if (!key.startsWith(tablePrefix(table))) return false
  const folders = key.slice(tablePrefix(table).length).split('/')
  const name = folders.pop() ?? ''
  const partitions = Object.keys(parsePartitionPath(key)).join('/')
  const expected = partitionsOf(table).map(([column]) => column)
  return (
    partitions === expected.join('/') && folders.length === expected.length && /^[^_.].*\.parquet$/.test(name)
  )
}
