import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateFolder } from '@minilake/import'
import { type FolderStore, folderStore } from '@minilake/ingest'
import { partitionsOf, type Table } from '@minilake/schema'
import { type EarlierRows, earlierRows, rowsOf } from '../files/earlier-rows.js'
import { type SharedFiles, sharedFiles } from '../files/shared-files.js'
import { icebergRows } from '../iceberg/iceberg-rows.js'
import { isIceberg } from '../iceberg/is-iceberg.js'
import { besidesInIceberg } from '../iceberg/rows-of-days.js'
import { untilUnlocked } from '../iceberg/table-lock.js'
import { ingestFolder, type IngestFilesOptions } from '../ingest/ingest-folder.js'
import { type CatalogReport, dataFilesOf, type LakeBackend, type LakeStore } from '../lake-backend.js'
import type { DuckDbLimits } from '../open/duckdb-limits.js'
import { appendingStore } from '../replace/appending-store.js'
import { checkNoneOver } from '../register/others-over.js'
import { changeTable, settleIntents } from '../replace/settle-intents.js'
import type { ChangeNotes } from '../replace/settled-change.js'
import { count } from '../text.js'
import { recordFiles } from '../replace/record-files.js'
import { UsageError } from '../usage-error.js'
import { appendRows } from './append-rows.js'
import { mergePartitions } from './merge-partitions.js'
import { overwritePartitions } from './overwrite-partitions.js'
import type { RowsTarget } from './rows-target.js'
import { checkMode, type WriteMode } from './write-mode.js'
import type { WrittenFiles } from './write-rows.js'

/** How to put new rows into a lake. */
export interface PublishStagedOptions
  extends Pick<IngestFilesOptions, 'signal' | 'onCreateOnce'>, ChangeNotes {
  /**
   * What becomes of the rows that are there: `append` keeps them, `overwrite-partitions` removes those of every partition that gets a new
   * row, and `merge` those with the key of a new row. Default 'append'.
   */
  mode?: WriteMode
  /** Lets mode `overwrite-partitions` replace all of a table without partitions. Default false. */
  replaceAll?: boolean
  /**
   * Where data files for a bucket wait until they are uploaded, and rows until they are merged. Default: the system's folder for temporary
   * files.
   */
  tempFolder?: string
}

/** What became of a lake's table when rows were put into it. */
export interface PublishedRows {
  mode: WriteMode
  /** Mode `append`: what the partitions of new files already held; the new rows were added to it. */
  earlier: EarlierRows[]
  /** Files that are unchanged because earlier imports of the same rows wrote them: they still belong to those imports. */
  shared: SharedFiles[]
  catalog: CatalogReport
}

/**
 * Has `write` put rows into a table, in one of the modes, and registers the table. Throws an Error before anything is written when the table
 * in the catalog differs from its definition, and when a file cannot be published; run again, files that are there are unchanged.
 */
export async function publishStaged<R extends WrittenFiles>(
  table: Table,
  lake: LakeBackend,
  write: (target: RowsTarget) => Promise<R>,
  {
    mode = 'append',
    replaceAll = false,
    duckDb,
    ...options
  }: PublishStagedOptions & { duckDb: DuckDbLimits },
): Promise<R & PublishedRows> {
  const { signal, onWait, onSettled, tempFolder } = options
  const notes: ChangeNotes = { onWait, onSettled }
  checkMode(table, mode)
  const before = await lake.registerTables([table], { signal, onWait })
  if (before.differences.length > 0) throw new Error(before.differences.join('; '))
  if (isIceberg(lake, table)) {
    await untilUnlocked(table, lake, { signal, onWait })
    const how = { mode, replaceAll, tempFolder, duckDb, signal }
    const files = await write(icebergRows(table, lake, how))
    const found =
      mode === 'append' ? await besidesInIceberg(table, lake, files, signal) : { earlier: [], shared: [] }
    return { ...files, mode, ...found, catalog: before }
  }
  const settle = () => settleIntents([table], lake, { signal, ...notes })
  await settle()
  if (mode === 'append') {
    const files = isFolder(lake.store)
      ? await append(table, lake.store, write, { settle, signal })
      : await upload(table, lake, write, options)
    const catalog = files.written > 0 ? await lake.registerTables([table], { signal, onWait }) : before
    const earlier = await earlierRows(table, files.newKeys, lake.store)
    const changes = [...new Set([...before.changes, ...catalog.changes])]
    const shared = await sharedBy(files, lake.store)
    return { ...files, mode, earlier, shared, catalog: { ...catalog, changes } }
  }
  if (mode === 'overwrite-partitions' && !replaceAll) await checkPartitioned(table, lake.store)
  await checkNoneOver(table, lake, { undone: 'written', signal })
  const how = { tempFolder, duckDb, resumeAfterSeconds: lake.resumeAfterSeconds, signal, ...notes }
  const targetOf = mode === 'merge' ? mergePartitions : overwritePartitions
  const files = await changeTable(table, lake, { undone: 'written', signal, onWait }, (place) =>
    write(targetOf(table, place, how)),
  )
  const shared = mode === 'merge' ? [] : await sharedBy(files, lake.store)
  return { ...files, mode, earlier: [], shared, catalog: before }
}

async function sharedBy({ keys, newKeys, importId }: WrittenFiles, store: LakeStore): Promise<SharedFiles[]> {
  const isNew = new Set(newKeys)
  return sharedFiles(
    keys.filter((key) => !isNew.has(key)),
    importId,
    store,
  )
}

/** Throws a UsageError, which says what is there, for a table without partitions that has data files. */
async function checkPartitioned(table: Table, store: LakeStore): Promise<void> {
  if (partitionsOf(table).length > 0) return
  const files = []
  for await (const file of dataFilesOf(table, store)) files.push(file)
  if (files.length === 0) return
  const rows = await rowsOf(files, store)
  const held = rows === null ? '' : ` with ${count(rows, 'row')}`
  throw new UsageError(
    `table ${table.name} has no partitions, so mode overwrite-partitions replaces all of it: ${count(files.length, 'file')}${held} in ${store.location}/; set \`replaceAll\` to do so`,
  )
}

/** Adds files to a folder. */
async function append<R extends WrittenFiles>(
  table: Table,
  store: LakeStore & FolderStore,
  write: (target: RowsTarget) => Promise<R>,
  { settle, signal }: { settle: () => Promise<unknown>; signal: AbortSignal },
): Promise<R> {
  const files = await write(appendRows(table, appendingStore(store, settle), { signal }))
  await recordFiles(files.keys, store, signal)
  return files
}

/** Adds files to a bucket. */
async function upload<R extends WrittenFiles>(
  table: Table,
  lake: LakeBackend,
  write: (target: RowsTarget) => Promise<R>,
  { tempFolder = tmpdir(), signal, onCreateOnce, onWait, onSettled }: PublishStagedOptions,
): Promise<R> {
  const temporary = await privateFolder(tempFolder, 'write')
  const folder = join(temporary.path, 'files') // beside the file that names its owner
  try {
    const files = await write(appendRows(table, folderStore({ folder }), { signal }))
    if (files.keys.length === 0) return files
    const isNew = new Set<string>()
    const { published, unchanged, conflicts, unverifiable, failures } = await ingestFolder(folder, lake, {
      tables: [table],
      ...{ signal, onWait, onSettled },
      ...(onCreateOnce && { onCreateOnce }),
      onObject: ({ key, outcome }) => void (outcome === 'published' && isNew.add(key)),
    })
    const [trouble] = [...failures, ...conflicts, ...unverifiable]
    if (trouble) {
      throw new Error(
        `table ${table.name}: ${published + unchanged} of ${files.keys.length} data files are in ${lake.store.location}/, the others could not be published: ${trouble.reason}`,
        { cause: trouble.error },
      )
    }
    return { ...files, written: published, unchanged, newKeys: files.keys.filter((key) => isNew.has(key)) }
  } finally {
    await temporary.remove()
  }
}

function isFolder(store: LakeStore): store is LakeStore & FolderStore {
  return store.stage !== undefined
}
