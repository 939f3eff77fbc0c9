import { join, resolve } from 'node:path'
import type { SqlEngine } from '@minilake/analytics'
import { duckDbStatements } from '@minilake/catalog'
import { type FolderStore, folderStore, type ObjectStore, type StoredObject } from '@minilake/ingest'
import { isDataFileKey, lakeNames, type Table, tablePrefix } from '@minilake/schema'

/** The lake on this machine: files in a folder, their keys those of the bucket in S3, and DuckDB. */
export interface EmbeddedLake {
  readonly tables: readonly Table[]
  /** The folder that stands for the bucket. */
  readonly store: FolderStore
  /** The statements that make tables known to DuckDB. Default: all tables. */
  catalogStatements(tables?: readonly Table[]): Promise<string[]>
  /** A DuckDB in which tables are known (default: all); to be closed. A damaged file of another table does not matter. */
  openEngine(tables?: readonly Table[]): Promise<SqlEngine>
}

/** The embedded lake in a folder. */
export function embeddedLake(tables: readonly Table[], { folder }: { folder: string }): EmbeddedLake {
  const store = folderStore({ folder: join(folder, lakeNames.bucket) })
  const catalogStatements = async (wanted = tables) => {
    const emptyTables: string[] = []
    for (const table of wanted) if (await isEmptyTable(table, store)) emptyTables.push(table.name)
    return duckDbStatements(wanted, { root: resolve(store.location), emptyTables })
  }
  return {
    tables,
    store,
    catalogStatements,
    openEngine: async (wanted) => {
      // DuckDB is 70 MB of native code: commands that ask nothing do not load it.
      const { duckDbEngine } = await import('@minilake/analytics/duckdb')
      return duckDbEngine({ setup: await catalogStatements(wanted) })
    },
  }
}

/** The data files of a table in a store, in order of key. */
export async function* dataFilesOf(table: Table, store: ObjectStore): AsyncGenerator<StoredObject> {
  for await (const object of store.list(tablePrefix(table)))
    if (isDataFileKey(table, object.key)) yield object
}

/** Whether a store has no data file of a table. */
export async function isEmptyTable(table: Table, store: ObjectStore): Promise<boolean> {
  for await (const _file of dataFilesOf(table, store)) return false
  return true
}
