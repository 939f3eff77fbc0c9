import { isDataFileKey, type Table } from '@minilake/schema'
import type { CatalogReport, LakeBackend, RegisterTablesOptions } from '../lake-backend.js'
import type { DuckDbLimits } from '../open/duckdb-limits.js'
import {
  type ColumnChanges,
  readRewriteMark,
  rewriteMarkKey,
  writeRewriteMark,
} from '../register/rewrite-mark.js'
import { checkNoneOver } from '../register/others-over.js'
import { unregisterTable } from '../register/unregister-table.js'
import { truthsOf } from '../replace/files-and-truth.js'
import { newFiles } from '../replace/new-files.js'
import type { NewFile } from '../replace/file-change.js'
import { replaceFiles } from '../replace/replace-files.js'
import { changingStore } from '../replace/settle-intents.js'
import type { ChangeNotes } from '../replace/settled-change.js'
import type { LockOptions } from '../replace/until-left.js'
import { stageFile } from '../write/stage-file.js'
import { checkChanges, withEarlier } from './column-changes.js'
import { oldFile } from './old-file.js'
import { prefixOf, type RewrittenFolder } from './plan-rewrite.js'
import { reshapeFile, type ReshapeOptions } from './reshape-file.js'
import { finishIntents, stablePlan } from './stable-plan.js'

/** How to rewrite a table. */
export interface RewriteTableOptions extends ChangeNotes {
  /** Columns of the definition by former name: `{ power: 'load' }`. Default: columns keep their names. */
  map?: Readonly<Record<string, string>>
  /** Former columns that the definition lacks and whose values are given up. Default: none. */
  drop?: readonly string[]
  /** Rewrite it. Default false: only find out what would be rewritten. */
  rewrite?: boolean
  signal: AbortSignal
}

/** What was rewritten, or would be. */
export interface RewriteReport {
  table: string
  /** Partitions with files that were not in the shape of the definition, ordered by key prefix. */
  folders: RewrittenFolder[]
  files: number
  rows: number
  /** Bytes of the files before. */
  bytes: number
  /** Data files that were in the shape of the definition already, and stay. */
  unchanged: number
  isRewritten: boolean
  /** What became of the catalog; absent if nothing was to be rewritten. */
  catalog?: CatalogReport
}

/** A lake whose tables can be rewritten. */
type RewritableLake = Pick<
  LakeBackend,
  'store' | 'maintenance' | 'registerTables' | 'servers' | 'resumeAfterSeconds'
>

/**
 * Rewrites the data files of a table in the shape of its definition, on request. All files are read first: nothing changes unless every
 * value fits. Files that have the shape already stay. The files of a partition change together; a process that dies in between leaves the
 * rest to the next call, and no other command reads the table until then. Rejects with a BadRowsError for rows that do not fit, with a
 * UsageError for changes of columns that the definition contradicts, and with an Error for files that cannot get its shape.
 */
export async function rewriteTable(
  table: Table,
  lake: RewritableLake,
  {
    map = {},
    drop = [],
    rewrite = false,
    onWait,
    onSettled,
    signal,
    duckDb,
  }: RewriteTableOptions & { duckDb: DuckDbLimits },
): Promise<RewriteReport> {
  checkChanges(table, { map, drop })
  if (rewrite) await checkNoneOver(table, lake, { undone: 'rewritten', signal })
  const store = rewrite ? await changingStore(table, lake, { undone: 'rewritten', signal }) : lake.store
  const lock = { resumeAfterSeconds: lake.resumeAfterSeconds, signal, onWait, onSettled }
  if (rewrite) await finishIntents(table, store, lock)
  const mark = await readRewriteMark(table, store)
  const changes = mark ? withEarlier(table, { map, drop }, mark) : { map, drop }
  const options: ReshapeOptions = { store, duckDb, signal }
  const plan = () => stablePlan(table, changes, options, rewrite ? lock : undefined)
  const { folders, unchanged } = await plan()
  const sum = (of: (folder: RewrittenFolder) => number) =>
    folders.reduce((total, each) => total + of(each), 0)
  const report: RewriteReport = {
    table: table.name,
    folders,
    files: sum(({ files }) => files),
    rows: sum(({ rows }) => rows),
    bytes: sum(({ bytes }) => bytes),
    unchanged,
    isRewritten: rewrite,
  }
  if (!rewrite) return report
  if (folders.length > 0) {
    await unregister(table, lake, signal)
    await writeRewriteMark(table, changes, store, signal)
    // A process that had begun before the mark was there may have put files in the former shape into days that are done.
    for (let left = folders; left.length > 0; left = (await plan()).folders) {
      for (const { folder } of left) {
        signal.throwIfAborted()
        await rewriteFolder(table, folder, changes, options, lock)
      }
    }
  }
  if (folders.length > 0 || mark !== undefined) {
    await store.remove(rewriteMarkKey(table))
    await store.removeEmptyFolders?.([rewriteMarkKey(table)])
  }
  return { ...report, catalog: await registered(table, lake, { signal, onWait }) }
}

/** Rewrites the older files of a folder together. */
async function rewriteFolder(
  table: Table,
  folder: string,
  changes: ColumnChanges,
  options: ReshapeOptions,
  lock: LockOptions,
): Promise<void> {
  const { store, duckDb, signal } = options
  const staged = await newFiles(store, { tempFolder: duckDb.tempFolder, signal })
  try {
    await replaceFiles(
      { table: table.name, folder },
      async (files) => {
        const add: NewFile[] = []
        const remove: string[] = []
        for (const file of files) {
          const old = isDataFileKey(table, file.key) ? await oldFile(table, file, store, changes) : undefined
          if (old === undefined) continue
          const { imports } = old
          const prefix = prefixOf(old)
          const fresh = await reshapeFile(table, old, options, (sorted) =>
            stageFile(table, sorted, staged, { prefix: prefix ?? 'rewrite', imports }),
          )
          const key = prefix === undefined ? file.key : fresh?.key
          // The same rows in other types keep their name, and so do files that are not named by their rows.
          if (fresh && key !== undefined) add.push({ ...fresh, key, overwrites: key === file.key })
          remove.push(file.key)
        }
        remove.push(...(await truthsOf(remove, store))) // a truth describes the bytes of its file
        return { add, remove }
      },
      { store },
      lock,
    )
  } finally {
    await staged.discard()
  }
}

/** Registers a table, again if its columns in the catalog are still the former ones. */
async function registered(
  table: Table,
  lake: RewritableLake,
  options: RegisterTablesOptions,
): Promise<CatalogReport> {
  let report = await lake.registerTables([table], options)
  if (report.differences.length > 0 && lake.servers) {
    await unregister(table, lake, options.signal)
    report = await lake.registerTables([table], options)
  }
  if (report.differences.length > 0) throw new Error(report.differences.join('; '))
  return report
}

/** An embedded lake has no catalog that lasts. */
async function unregister(table: Table, { servers }: RewritableLake, signal: AbortSignal): Promise<void> {
  if (servers) await unregisterTable(table, { servers, undone: 'rewritten', signal })
}
