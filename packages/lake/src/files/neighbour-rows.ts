import {
  findUtcDay,
  formatUtcDay,
  parsePartitionPath,
  partitionPath,
  partitionsOf,
  type Table,
  tablePrefix,
} from '@minilake/schema'
import { dataFilesOf, type LakeStore } from '../lake-backend.js'
import { importsOf } from './imports-of.js'
import { readableFooter } from './lake-file.js'
import { mappedInOrder } from './mapped-in-order.js'
import { partitionOf } from './partition-of.js'

/** Rows of imports in a partition. */
export interface NeighbourRows {
  /** The partition's folder, such as `event_date=2026-01-05`. */
  partition: string
  files: number
  rows: number
  /** The IDs of the imports, sorted. */
  imports: string[]
}

/**
 * The days just before and just after those of some data files that hold imported rows: after an import with a wrong zone was replaced,
 * some of its rows may be left there. None for a table that is not partitioned by one day.
 */
export async function neighbourRows(
  table: Table,
  keys: readonly string[],
  store: LakeStore,
): Promise<NeighbourRows[]> {
  const found: NeighbourRows[] = []
  for (const partition of daysBeside(table, keys)) {
    const rows = await importedRows(table, partitionPath(partition), store)
    if (rows.files > 0) found.push(rows)
  }
  return found
}

/** The partitions of the days just before and just after those of some data files, in order. None for a table that is not partitioned by one day. */
export function daysBeside(table: Table, keys: readonly string[]): Record<string, string>[] {
  const [[name] = [], ...more] = partitionsOf(table)
  if (name === undefined || more.length > 0) return []
  const days = new Set(
    keys.map((key) => findUtcDay(parsePartitionPath(key)[name] ?? '')).filter((day) => day !== undefined),
  )
  const beside = [...new Set([...days].flatMap((day) => [day - 1, day + 1]))].filter((day) => !days.has(day))
  return beside.sort((one, other) => one - other).map((day) => ({ [name]: formatUtcDay(day) }))
}

async function importedRows(table: Table, path: string, store: LakeStore): Promise<NeighbourRows> {
  const folder = `${tablePrefix(table)}${path}`
  const files = dataFilesOf(table, store, folder)
  const found = { partition: partitionOf(folder), files: 0, rows: 0 }
  const imports = new Set<string>()
  for await (const footer of mappedInOrder(files, (file) => readableFooter(file, store))) {
    if (footer instanceof Error || importsOf(footer).length === 0) continue
    found.files += 1
    found.rows += footer.rowCount
    importsOf(footer).forEach((id) => imports.add(id))
  }
  return { ...found, imports: [...imports].sort() }
}
