import type { RowsInFileOrder, SqlEngine } from '@minilake/analytics'
import type { TrinoEngine } from '@minilake/analytics/trino'
import type { FolderStore, ObjectStore, StoredObject } from '@minilake/ingest'
import type { S3Store } from '@minilake/ingest/s3'
import { isDataFileKey, type LakeProfile, type Table, tablePrefix } from '@minilake/schema'

/** The store of a lake: an S3 bucket, or a folder in its place. Members that only one of them has are optional. */
export type LakeStore = ObjectStore & Partial<S3Store> & Partial<FolderStore>

/** Seconds without a sign of life after which an upload or a change of a partition counts as left behind, unless the user sets another time. */
export const defaultResumeAfterSeconds = 60

/** How to register tables in a catalog. */
export interface RegisterTablesOptions {
  signal: AbortSignal
  /** Called with the key prefix of a partition that another process is changing at the moment; registering waits for it. */
  onWait?: ((folder: string) => void) | undefined
}

/** What registering tables in a catalog changed. */
export interface CatalogReport {
  /** The statements that ran, or that the engine runs each time it opens. */
  statements: string[]
  /** One line per addition or removal; empty when the catalog was up to date. */
  changes: string[]
  /** One sentence per table whose files or catalog entry differ from its definition, with the fix. */
  differences: string[]
}

/** How far the rows of a data file are out of time order. */
export interface RowOrder {
  /** Rows with an earlier time than some row before them. */
  outOfOrder: number
  /** Of those, rows at least 60 s earlier. */
  late: number
}

/** Reads the row order of one data file, given by its key. */
export type RowOrderOf = (
  table: Table,
  key: string,
  using: { engine: SqlEngine; signal: AbortSignal },
) => Promise<RowOrder>

/** The folders of a table in a catalog: partitions, or the unpartitioned table itself. Readers do not see an unregistered one. */
export interface FolderCatalog {
  /** Unregisters a folder, given by its key prefix. Does nothing if it is not registered. */
  unregister(folder: string): Promise<void>
  /** Registers a folder if it has files. Does nothing if it is registered. */
  register(folder: string): Promise<void>
}

/** The part of a lake that depends on its profile: store, catalog and engine. */
export interface LakeBackend {
  readonly profile: LakeProfile
  readonly tables: readonly Table[]
  readonly store: LakeStore
  /** Seconds without a sign of life after which an upload or a change of a partition counts as left behind. */
  readonly resumeAfterSeconds: number
  /**
   * The same objects as `store`, for commands that remove or replace them: take it from `maintainStore`, which checks its rights. Absent
   * where no other user is needed.
   */
  readonly maintenance?: {
    readonly store: LakeStore
    /** What the store's key is called where the user sets it. */
    readonly keyName: string
    /** How to get a key that may remove objects. */
    readonly fix: string
  }
  /** The servers of the stack; absent in the embedded profile. */
  readonly servers?: {
    readonly endpoint: string
    readonly trino: string
    readonly location: string
    /** How long a server may take to answer. */
    readonly timeoutSeconds: number
    /** Names of the users in Trino: who creates and registers tables, and who queries. */
    readonly users: { readonly creates: string; readonly reads: string }
    /** Opens an engine that may create, change and drop tables. The caller closes it. */
    openCatalogEngine(): Promise<TrinoEngine>
  }
  /** How a table's stored files differ from its definition, in one sentence with the fix; undefined if they fit. */
  shapeDifference(table: Table): Promise<string | undefined>
  /**
   * Runs `work` with the folders of a table in a catalog that lasts. Absent where the catalog is set up each time its engine opens: there,
   * folders are listed.
   */
  withFolderCatalog?<T>(table: Table, work: (catalog: FolderCatalog) => Promise<T>): Promise<T>
  /** The statements that register tables in the catalog. Default: all tables. */
  catalogStatements(tables?: readonly Table[]): Promise<string[]>
  /** Registers tables in a catalog that lasts; an in-memory catalog is set up each time its engine opens. */
  registerTables(tables: readonly Table[], options: RegisterTablesOptions): Promise<CatalogReport>
  /**
   * Which of these key prefixes of partitions, or of an unpartitioned table, a catalog that lasts lacks. Absent where the catalog is set up
   * each time its engine opens.
   */
  unregisteredFolders?(
    table: Table,
    folders: readonly string[],
    options: { signal: AbortSignal },
  ): Promise<string[]>
  /**
   * Opens an engine for queries that knows the tables (default: all). The caller closes it. Rejects if a table has another shape than its
   * definition.
   */
  openEngine(tables?: readonly Table[]): Promise<SqlEngine>
  /** Opens an engine that reads only some data files of a table, given by their sorted keys; `others` are all other keys below it. */
  openEngineOver(table: Table, keys: readonly string[], others: readonly string[]): Promise<SqlEngine>
  /** Absent when the engine does not reveal the order of rows in a file. */
  readonly rowOrderOf?: RowOrderOf
  /** A table's rows with the place of each in its file, for a query; undefined if there are none. Absent like `rowOrderOf`. */
  readonly rowsInFileOrder?: (table: Table) => Promise<RowsInFileOrder | undefined>
}

/** Runs `work` with an engine that knows the tables, and closes the engine afterwards. */
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

/** The data files of a table in a store, ordered by key; with `folder`, only those of this key prefix. */
export async function* dataFilesOf(
  table: Table,
  store: ObjectStore,
  folder = tablePrefix(table),
): AsyncGenerator<StoredObject> {
  for await (const object of store.list(folder)) if (isDataFileKey(table, object.key)) yield object
}

/** Whether a store has no data file of a table. */
export async function isEmptyTable(table: Table, store: ObjectStore): Promise<boolean> {
  for await (const _file of dataFilesOf(table, store)) return false
  return true
}
