import type { SqlEngine } from '@minilake/analytics'
import type { ObjectStore, StoredObject } from '@minilake/ingest'
import type { S3Store } from '@minilake/ingest/s3'
import { isDataFileKey, type Table, tablePrefix } from '@minilake/schema'
import type { CatalogReport } from './register/register-tables.js'

/** A bucket, or the folder that stands for one and has nothing of S3's own. */
export type LakeStore = ObjectStore & Partial<S3Store>

/** Where a lake lives, by its profile: its store, its catalog and its engine. */
export interface LakeBackend {
  readonly tables: readonly Table[]
  /** The bucket, or the folder that stands for it. */
  readonly store: LakeStore
  /** For people: what becomes of a lake's tables where nothing changes. */
  knownText(report: CatalogReport): string
  /** The statements that make tables known to the engine. Default: all tables. */
  catalogStatements(tables?: readonly Table[]): Promise<string[]>
  /** Makes tables known to the engine where that lasts; an engine that forgets them is told each time it opens. */
  registerTables(tables: readonly Table[], options: { signal: AbortSignal }): Promise<CatalogReport>
  /** An engine in which tables are known (default: all) as far as it must be told; to be closed. */
  openEngine(tables?: readonly Table[]): Promise<SqlEngine>
  /** How far the rows of a data file lie out of the order of their times; absent where no engine tells the order of rows. */
  rowOrderOf?(
    table: Table,
    key: string,
    using: { engine: SqlEngine; signal: AbortSignal },
  ): Promise<{ outOfOrder: number; late: number }>
}

/** Does some work with an engine in which tables are known, and closes it whatever comes of it. */
export async function withEngine<T>(
  lake: Pick<LakeBackend, 'openEngine'>,
  tables: readonly Table[],
  work: (engine: SqlEngine) => Promise<T>,
): Promise<T> {
  const engine = await lake.openEngine(tables)
  try {
    return await work(engine)
  } finally {
    await engine.close()
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
