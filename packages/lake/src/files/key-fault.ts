import {
  findUtcDay,
  isDataFileKey,
  parsePartitionPath,
  partitionPath,
  partitionsOf,
  type Table,
  tablePrefix,
} from '@minilake/schema'

/**
 * What an engine would make of a key below a table's prefix that it should not, in one sentence; undefined for the key of a data file, and
 * for a key with a name that starts with `_` or `.`, which every engine skips.
 */
export function keyFault(table: Table, key: string): string | undefined {
  const prefix = tablePrefix(table)
  const folders = key.slice(prefix.length).split('/')
  const name = folders.pop() ?? ''
  if ([...folders, name].some((segment) => /^[_.]/.test(segment))) return undefined
  const partitions = partitionsOf(table).map(([partition]) => partition)
  // In the right folder, only the ending can be wrong.
  if (!isDataFileKey(table, `${prefix}${folders.map((folder) => `${folder}/`).join('')}file.parquet`)) {
    const expected = `${prefix}${partitions.map((partition) => `${partition}=…/`).join('')}….parquet`
    return `no engine reads it there: expected ${expected}`
  }
  const values = parsePartitionPath(key)
  for (const partition of partitions) {
    const value = values[partition] ?? ''
    if (findUtcDay(value) === undefined)
      return `the partition ${partition} expected a day, such as ${partition}=2026-01-01, got ${value || 'nothing'}`
  }
  const folder = `${prefix}${partitionPath(values)}`
  if (!key.startsWith(folder)) return `Trino looks for this partition in ${folder} only`
  return name.endsWith('.parquet')
    ? undefined
    : 'Trino reads it as a data file, because it reads every file of the folder; DuckDB reads *.parquet only'
}
