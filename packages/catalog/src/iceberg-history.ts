import { lakeNames, qualifiedName, quoteIdentifier, quoteLiteral, type Table } from '@minilake/schema'
import { batchColumn, icebergTableName } from './iceberg-statements.js'

/** Columns of a snapshot: counts are those of rows and data files, and `rows` are in the table as of it. */
const snapshotColumns = [
  'CAST(s.snapshot_id AS VARCHAR) AS id',
  `CAST(s.committed_at AT TIME ZONE 'UTC' AS TIMESTAMP(3)) AS at`,
  's.operation AS operation',
  `${counter('added-records')} AS rows_added`,
  // A removed file takes rows along that were deleted before.
  `${counter('deleted-records')} + ${counter('added-position-deletes')} - ${counter('removed-position-deletes')} AS rows_removed`,
  `${counter('added-data-files')} AS files_added`,
  `${counter('deleted-data-files')} AS files_removed`,
  `${counter('total-records')} - ${counter('total-position-deletes')} AS rows`,
  `${counter('total-data-files')} AS files`,
]

function counter(name: string): string {
  return `CAST(coalesce(element_at(s.summary, ${quoteLiteral(name)}), '0') AS BIGINT)`
}

/**
 * The newest snapshots of an Iceberg table, newest first; with `id`, only this one. `is_current` is true for the one that readers see, and
 * `is_past` for it and those that led to it: not for what a rollback has undone.
 */
export function icebergSnapshots(table: Table, { limit, id }: { limit?: number; id?: string } = {}): string {
  return [
    `SELECT ${snapshotColumns.join(',\n  ')},`,
    `  s.snapshot_id = (SELECT snapshot_id FROM ${icebergTableName(table, 'refs')} WHERE name = 'main') AS is_current,`,
    `  s.snapshot_id IN (SELECT snapshot_id FROM ${icebergTableName(table, 'history')} WHERE is_current_ancestor) AS is_past`,
    `FROM ${icebergTableName(table, 'snapshots')} s`,
    ...(id === undefined ? [] : [`WHERE CAST(s.snapshot_id AS VARCHAR) = ${quoteLiteral(id)}`]),
    'ORDER BY s.committed_at DESC',
    ...(limit === undefined ? [] : [`LIMIT ${limit}`]),
  ].join('\n')
}

/** The ID of the snapshot that readers of an Iceberg table saw at a time, UTC: a column `id`; no row if there was none, or if it has expired. */
export function icebergSnapshotAt(table: Table, at: Date): string {
  const moment = `TIMESTAMP ${quoteLiteral(`${at.toISOString().slice(0, -1).replace('T', ' ')} UTC`)}`
  return [
    `SELECT CAST(s.snapshot_id AS VARCHAR) AS id FROM ${icebergTableName(table, 'snapshots')} s`,
    `WHERE s.snapshot_id = (SELECT max_by(snapshot_id, made_current_at) FROM ${icebergTableName(table, 'history')} WHERE made_current_at <= ${moment})`,
  ].join('\n')
}

/** The data files that snapshots of an Iceberg table added: columns `id` and `path`. */
export function icebergAddedFiles(table: Table, ids: readonly string[]): string {
  return `SELECT CAST(snapshot_id AS VARCHAR) AS id, data_file.file_path AS path FROM ${icebergTableName(table, 'all_entries')} WHERE status = 1 AND data_file.content = 0 AND snapshot_id IN (${ids.join(', ')}) GROUP BY 1, 2`
}

/** Most paths in one statement: Trino takes up to 1,000,000 characters, and paths of 400 characters are long. */
const pathsPerStatement = 2000

/**
 * The statements for the imports of the rows in data files that snapshots added: columns `id`, of the snapshot, and `import`. An import may
 * be in several of them.
 */
export function icebergImportsOf(table: Table, added: ReadonlyMap<string, readonly string[]>): string[] {
  const importOf = `split_part(${quoteIdentifier(batchColumn)}, '-', 3)`
  const files = [...added].flatMap(([id, paths]) => paths.map((path) => ({ id, path })))
  return Array.from({ length: Math.ceil(files.length / pathsPerStatement) }, (_, at) => {
    const part = files.slice(at * pathsPerStatement, (at + 1) * pathsPerStatement)
    const paths = new Map<string, string[]>()
    for (const { id, path } of part) paths.set(id, [...(paths.get(id) ?? []), path])
    return [...paths]
      .map(
        ([id, some]) =>
          `SELECT ${quoteLiteral(id)} AS id, ${importOf} AS import FROM ${icebergTableName(table)} FOR VERSION AS OF ${id} WHERE "$path" IN (${some.map(quoteLiteral).join(', ')}) AND ${importOf} <> '' GROUP BY 2`,
      )
      .join('\nUNION ALL ')
  })
}

/** The published data files whose rows an Iceberg table holds as of a snapshot, default now: columns `batch`, and its number of `rows`. */
export function icebergRowsPerBatch(table: Table, snapshot?: string): string {
  const asOf = snapshot === undefined ? '' : ` FOR VERSION AS OF ${snapshot}`
  return `SELECT ${quoteIdentifier(batchColumn)} AS batch, count(*) AS rows FROM ${icebergTableName(table)}${asOf} GROUP BY 1`
}

/** How many rows some batches have in an Iceberg table: columns `batch` and `rows`; no row for a batch without any. */
export function icebergRowsOfBatches(table: Table, batches: readonly string[]): string {
  return `SELECT ${quoteIdentifier(batchColumn)} AS batch, count(*) AS rows FROM ${icebergTableName(table)} WHERE ${quoteIdentifier(batchColumn)} IN (${batches.map(quoteLiteral).join(', ')}) GROUP BY 1`
}

/** The statement that makes a snapshot the current one, also one that a rollback has undone. */
export function icebergRollback(table: Table, id: string): string {
  const procedure = qualifiedName(lakeNames.icebergCatalog, 'system', 'rollback_to_snapshot')
  return `CALL ${procedure}(${quoteLiteral(lakeNames.schema)}, ${quoteLiteral(table.name)}, ${id})`
}
