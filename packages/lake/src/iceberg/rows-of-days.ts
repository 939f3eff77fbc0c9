import { icebergBatches, type StagedFiles } from '@minilake/catalog'
import type { TrinoEngine } from '@minilake/analytics/trino'
import { parsePartitionPath, partitionPath, type Table, tablePrefix } from '@minilake/schema'
import type { EarlierRows } from '../files/earlier-rows.js'
import { daysBeside, type NeighbourRows } from '../files/neighbour-rows.js'
import type { SharedFiles } from '../files/shared-files.js'
import type { PlacedRows } from '../write/rows-target.js'
import { digitsOf, importOf, keyDigits } from './batch.js'
import { rowsOfQuery } from './rows-of-query.js'
import { type IcebergLake, withTrino } from './with-staging.js'

type Partition = Readonly<Record<string, string>>

/** Rows of one data file in one day of an Iceberg table; the day is '' in a table without partitions. */
export interface BatchRows {
  batch: string
  day: string
  rows: number
}

/** How `BatchRows` has the day of a partition. */
export function dayOf(partition: Partition): string {
  return Object.values(partition).join('/')
}

/** The rows of an Iceberg table by day and data file: those of the days of staged files, those of their keys in these days, or all. */
export async function batchRows(
  table: Table,
  engine: TrinoEngine,
  { of, files, signal }: { of: 'days' | 'files' | 'all'; files: StagedFiles; signal: AbortSignal },
): Promise<BatchRows[]> {
  const found = await rowsOfQuery(engine, icebergBatches(table, of, files), signal)
  return found.map(({ batch, day, rows }) => ({ batch: String(batch), day: String(day), rows: Number(rows) }))
}

/** What a user must hear of after data files were added: the rows that their days held before, and files that are an earlier import's. */
export function besidesInIceberg(
  table: Table,
  lake: IcebergLake,
  { keys, newKeys, importId }: Pick<PlacedRows, 'keys' | 'newKeys' | 'importId'>,
  signal: AbortSignal,
): Promise<{ earlier: EarlierRows[]; shared: SharedFiles[] }> {
  const isNew = new Set(newKeys)
  const unchanged = keys.filter((key) => !isNew.has(key))
  return withTrino(lake, async (engine) => ({
    earlier: await earlierInIceberg(table, engine, newKeys, signal),
    shared: await sharedInIceberg(table, engine, { keys: unchanged, importId }, signal),
  }))
}

/** What the partitions of new data files hold of other files, as `earlierRows` has it. */
async function earlierInIceberg(
  table: Table,
  engine: TrinoEngine,
  newKeys: readonly string[],
  signal: AbortSignal,
): Promise<EarlierRows[]> {
  if (newKeys.length === 0) return []
  const files = stagedOf(table, newKeys)
  const own = new Set(files.keyDigits)
  const there = await batchRows(table, engine, { of: 'days', files, signal })
  const others = there.filter(({ batch }) => !own.has(digitsOf(batch)))
  return files.partitions.flatMap((partition) => {
    const found = others.filter(({ day }) => day === dayOf(partition))
    return found.length === 0 ? [] : [{ partition: pathOf(partition), ...sumOf(found) }]
  })
}

/** The earlier imports of data files whose rows are there already, as `sharedFiles` has it. */
async function sharedInIceberg(
  table: Table,
  engine: TrinoEngine,
  { keys, importId }: { keys: readonly string[]; importId: string },
  signal: AbortSignal,
): Promise<SharedFiles[]> {
  if (keys.length === 0) return []
  const batches = await batchRows(table, engine, { of: 'files', files: stagedOf(table, keys), signal })
  const files = new Map<string, number>()
  for (const batch of new Set(batches.map((each) => each.batch))) {
    const id = importOf(batch)
    if (id !== undefined && id !== importId) files.set(id, (files.get(id) ?? 0) + 1)
  }
  return [...files]
    .map(([id, count]) => ({ importId: id, files: count }))
    .sort((a, b) => (a.importId < b.importId ? -1 : 1))
}

/** The imported rows in the days beside those of data files, as `neighbourRows` has it. */
export async function neighboursInIceberg(
  table: Table,
  engine: TrinoEngine,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<NeighbourRows[]> {
  const partitions = daysBeside(table, keys)
  if (partitions.length === 0) return []
  const files: StagedFiles = { staging: '', keyDigits: [], partitions }
  const there = await batchRows(table, engine, { of: 'days', files, signal })
  return partitions.flatMap((partition) => {
    const found = there.filter(({ batch, day }) => day === dayOf(partition) && importOf(batch) !== undefined)
    const imports = [...new Set(found.map(({ batch }) => importOf(batch) ?? ''))].sort()
    return found.length === 0 ? [] : [{ partition: pathOf(partition), ...sumOf(found), imports }]
  })
}

/** The keys and partitions of data files, for a query of their rows. */
function stagedOf(table: Table, keys: readonly string[]): StagedFiles {
  const partitions = new Map(
    keys.map((key) => {
      const partition = parsePartitionPath(key.slice(tablePrefix(table).length))
      return [dayOf(partition), partition]
    }),
  )
  return { staging: '', keyDigits: keys.map(keyDigits), partitions: [...partitions.values()] }
}

function pathOf(partition: Partition): string {
  return partitionPath(partition).replace(/\/$/, '')
}

function sumOf(batches: readonly BatchRows[]) {
  return { files: batches.length, rows: batches.reduce((sum, { rows }) => sum + rows, 0) }
}
