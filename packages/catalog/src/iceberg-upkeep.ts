import {
  formatUtcDay,
  parseUtcDay,
  partitionsOf,
  quoteIdentifier,
  quoteLiteral,
  type Table,
} from '@minilake/schema'
import { icebergTableName } from './iceberg-statements.js'

/** Stands for the day of rows without a time, which other programs may put into an Iceberg table. */
const noDay = 'null'

/** What an Iceberg table's files of a day are, or those of a table without partitions. */
const dayColumns = [
  'count_if(content = 0) AS files',
  'coalesce(sum(file_size_in_bytes) FILTER (WHERE content = 0), 0) AS bytes',
  'count_if(content <> 0) AS deletes',
]

/**
 * The files of an Iceberg table by day: columns `day` ('2026-01-05', several for several partitions: '2026-01-05/2026-01-06'; 'null' for rows
 * without a time; '' without partitions), `files`, `bytes`, `deletes` (files of deleted rows) and `small` (data files of less than `smallBytes`).
 */
export function icebergFilesPerDay(table: Table, smallBytes: number): string {
  const days = partitionsOf(table).map(
    ([, { from }]) =>
      `coalesce(CAST(partition.${quoteIdentifier(`${from}_day`)} AS VARCHAR), ${quoteLiteral(noDay)})`,
  )
  const day = days.length === 0 ? `''` : days.join(` || '/' || `)
  return `SELECT ${[`${day} AS day`, ...dayColumns, `count_if(content = 0 AND file_size_in_bytes < ${smallBytes}) AS small`].join(', ')}\nFROM ${icebergTableName(table, 'files')}\nGROUP BY 1\nORDER BY 1`
}

/** The statement that puts the small files of a day together, and removes the rows that were deleted from them. */
export function icebergOptimize(table: Table, day: string, smallBytes: number): string {
  const days = day.split('/')
  const conditions = partitionsOf(table).map(([, { from }], at) => {
    if (days[at] === noDay) return `${quoteIdentifier(from)} IS NULL`
    const start = parseUtcDay(days[at] ?? '')
    return `${quoteIdentifier(from)} >= ${startOf(start)} AND ${quoteIdentifier(from)} < ${startOf(start + 1)}`
  })
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return `ALTER TABLE ${icebergTableName(table)} EXECUTE optimize(file_size_threshold => '${smallBytes}B')${where}`
}

/** The number of snapshots that are older than some seconds and not current: a column `old`. */
export function icebergOldSnapshots(table: Table, seconds: number): string {
  return `SELECT count(*) AS old FROM ${icebergTableName(table, 'snapshots')} WHERE committed_at < current_timestamp - INTERVAL '${seconds}' SECOND AND snapshot_id <> (SELECT snapshot_id FROM ${icebergTableName(table, 'refs')} WHERE name = 'main')`
}

/** The statement that removes snapshots that are older than some seconds, with the files that no other snapshot has. */
export function icebergExpire(table: Table, seconds: number): string {
  return `ALTER TABLE ${icebergTableName(table)} EXECUTE expire_snapshots(retention_threshold => '${seconds}s')`
}

/** The statement that removes files below a table's location that are older than some seconds and that no snapshot has. */
export function icebergRemoveOrphans(table: Table, seconds: number): string {
  return `ALTER TABLE ${icebergTableName(table)} EXECUTE remove_orphan_files(retention_threshold => '${seconds}s')`
}

/** The statements that run in Trino and may name a table: columns `id` and `sql`. */
export function runningStatements({ name }: Pick<Table, 'name'>): string {
  return `SELECT query_id AS id, query AS sql FROM system.runtime.queries WHERE state NOT IN ('FINISHED', 'FAILED') AND strpos(query, ${quoteLiteral(name)}) > 0`
}

function startOf(day: number): string {
  return `TIMESTAMP ${quoteLiteral(`${formatUtcDay(day)} 00:00:00.000000`)}`
}
