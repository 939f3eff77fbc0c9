import { freeSql, type SqlEngine } from '@minilake/analytics'
import { icebergAddedFiles, icebergImportsOf, icebergSnapshots } from '@minilake/catalog'
import type { Table } from '@minilake/schema'

/** A state of an Iceberg table that one change left. Counts are of rows and of the table's data files. */
export interface Snapshot {
  /** Decimal digits: it may be too large for a number. */
  id: string
  /** When the change was committed. */
  at: Date
  /** What the change was in Iceberg's words: 'append', 'overwrite', 'delete', or 'replace' for one that only rewrote files. */
  operation: string
  rowsAdded: number
  rowsRemoved: number
  filesAdded: number
  filesRemoved: number
  /** Rows in the table as of the snapshot. */
  rows: number
  files: number
  /** The IDs of the imports that added rows come from; none for simulated rows, and for a snapshot that only rewrote files. */
  imports: string[]
  /** What readers see of it: 'current' is the table now, 'past' led to it, and a rollback took 'undone' away. */
  state: 'current' | 'past' | 'undone'
}

/** Which snapshots to list. */
export interface SnapshotsOptions {
  /** Most snapshots, the newest ones. Default: all that have not expired. */
  limit?: number
  signal: AbortSignal
}

/** The snapshots of an Iceberg table that have not expired, newest first. */
export async function snapshotsOf(
  table: Table,
  engine: SqlEngine,
  { withImports = true, signal, ...which }: SnapshotsOptions & { id?: string; withImports?: boolean },
): Promise<Snapshot[]> {
  const snapshots = (await rowsOf(engine, icebergSnapshots(table, which), signal)).map(snapshotIn)
  if (!withImports) return snapshots
  const withRows = snapshots.filter(({ operation, rowsAdded }) => operation !== 'replace' && rowsAdded > 0)
  const byId = new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]))
  for (let start = 0; start < withRows.length; start += snapshotsPerQuery) {
    const ids = withRows.slice(start, start + snapshotsPerQuery).map(({ id }) => id)
    const added = new Map<string, string[]>()
    for (const { id, path } of await rowsOf(engine, icebergAddedFiles(table, ids), signal))
      added.set(String(id), [...(added.get(String(id)) ?? []), String(path)])
    const imports = new Map(ids.map((id) => [id, new Set<string>()]))
    for (const statement of icebergImportsOf(table, added))
      for (const { id, import: importId } of await rowsOf(engine, statement, signal))
        imports.get(String(id))?.add(String(importId))
    for (const [id, found] of imports) byId.get(id)?.imports.push(...found)
  }
  return snapshots
}

/** Each is one more table in a query. */
const snapshotsPerQuery = 20

function snapshotIn(row: Record<string, unknown>): Snapshot {
  const state = row['is_current'] === true ? 'current' : row['is_past'] === true ? 'past' : 'undone'
  return {
    ...{ id: String(row['id']), at: row['at'] as Date, operation: String(row['operation']) },
    ...{ rowsAdded: Number(row['rows_added']), rowsRemoved: Number(row['rows_removed']) },
    ...{ filesAdded: Number(row['files_added']), filesRemoved: Number(row['files_removed']) },
    ...{ rows: Number(row['rows']), files: Number(row['files']), imports: [], state },
  }
}

async function rowsOf(engine: SqlEngine, sql: string, signal: AbortSignal) {
  const rows: Record<string, unknown>[] = []
  for await (const row of engine.query(freeSql(sql), { signal })) rows.push(row)
  return rows
}
