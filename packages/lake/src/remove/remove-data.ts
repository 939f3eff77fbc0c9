import type { StoredObject } from '@minilake/ingest'
import { isDataFileKey, type Table, tablePrefix } from '@minilake/schema'
import { recordKey } from '../files/file-record.js'
import { folderOf } from '../files/folder-of.js'
import { importsOf } from '../files/imports-of.js'
import { readableFooter } from '../files/lake-file.js'
import { mappedInOrder } from '../files/mapped-in-order.js'
import type { FolderCatalog, LakeStore } from '../lake-backend.js'
import type { DuckDbLimits } from '../open/duckdb-limits.js'
import { checkNotRewritten, misfitOf, wayOut } from '../register/shape-checks.js'
import { truthsOf } from '../replace/files-and-truth.js'
import { lostFiles } from '../verify/lost-files.js'
import { intentFolders } from '../replace/intent.js'
import { newFiles } from '../replace/new-files.js'
import type { FileChange } from '../replace/file-change.js'
import { replaceFiles } from '../replace/replace-files.js'
import { checkNoneOver } from '../register/others-over.js'
import { type ChangeableLake, changeTable, settleIntents } from '../replace/settle-intents.js'
import type { ChangeNotes } from '../replace/settled-change.js'
import { checkUnmerged, findImport, type ImportedFile } from './imported-files.js'
import { stageKept } from './stage-kept.js'
import { type JudgedFile, type RemovalContext, shareOf, splitFiles, type SplitFiles } from './split-files.js'
import { isOfDay, type RemovalChoice, type RemovalScope, removalScope } from './removal-scope.js'

/** What to remove from a table, and whether to do it. Default: all of it. */
export interface RemoveDataOptions extends RemovalChoice, ChangeNotes {
  /** Remove it. Default false: only list it. */
  remove?: boolean
  signal: AbortSignal
}

/** What goes from one partition, or from an unpartitioned table. */
export interface RemovedFolder {
  /** Key prefix: `turbine/event_date=2026-01-05/`. */
  folder: string
  /** Data files that go as a whole; of an Iceberg table, those that hold some of the rows. */
  files: number
  /** Data files that others replace, which have the rows that stay. */
  rewritten: number
  /** Rows that go; null for whole days and whole tables, whose files are not looked into. */
  rows: number | null
  /** Bytes of the data files that go or are replaced; 0 for an Iceberg table, whose history keeps them. */
  bytes: number
  /** Truth files of those files, which go too: they describe whole files. */
  truths: number
}

/** What was removed, or would be. */
export interface RemoveReport extends Omit<RemovedFolder, 'folder'> {
  table: string
  /** The full ID of the import, if one was given. */
  import?: string
  /** Ordered by key prefix. */
  folders: RemovedFolder[]
  isRemoved: boolean
  /**
   * Key prefixes of folders that another process is changing, or in which its change was interrupted. With `remove`, those whose change has
   * been completed or taken back.
   */
  interrupted: string[]
  /** Keys in these folders that stay because they are no data files, and data files in folders that are no days. */
  untouched: string[]
}

/**
 * Finds the rows of a table that were chosen, and removes them on request: whole files, or the rows in them, in which case new files with
 * the other rows replace them. Truth files go with the files that they describe. Each partition changes at once: a process that dies in
 * between leaves it as it was, or the rest to the next `remove`. Rejects with a UsageError for a choice that does not fit the table, and,
 * before anything is removed, with an Error for files of which too little is known.
 */
export async function removeData(
  table: Table,
  lake: ChangeableLake,
  {
    remove = false,
    onWait,
    onSettled,
    duckDb,
    signal,
    ...choice
  }: RemoveDataOptions & { duckDb: DuckDbLimits },
): Promise<RemoveReport> {
  const scope = removalScope(table, choice)
  await checkNotRewritten(table, lake.store, 'removed')
  const interrupted = new Set<string>()
  const notes: ChangeNotes = {
    onWait,
    onSettled: (change) => {
      interrupted.add(change.folder)
      onSettled?.(change)
    },
  }
  if (remove) await settleIntents([table], lake, { signal, ...notes })
  else for (const folder of await intentFolders(lake.store, tablePrefix(table))) interrupted.add(folder)
  const { files, foreign, changing } = await lookAround(table, lake.store, scope, signal)
  const importId =
    choice.import === undefined ? undefined : findImport(table.name, choice.import, chosen(files))
  const { resumeAfterSeconds } = lake
  const context = { table, scope, importId, duckDb, signal, store: lake.store }
  const planned = new Map<string, JudgedFile[]>()
  for (const file of files) {
    if (shareOf(file, importId) === 'none') continue
    const folder = folderOf(file.object.key)
    const others = planned.get(folder)
    if (others) others.push(file)
    else planned.set(folder, [file])
  }
  const found: RemovedFolder[] = []
  const folders = remove ? [...new Set([...planned.keys(), ...changing])].sort() : []
  if (folders.length > 0) {
    await checkNoneOver(table, lake, { undone: 'removed', signal })
    await changeTable(table, lake, { undone: 'removed', signal, onWait }, async (place) => {
      // What needs no new file goes first: on a full disk, it makes room for the rest.
      const isWhole = (folder: string) => planned.get(folder)?.every(({ share }) => share === 'all') ?? false
      for (const folder of folders.toSorted((a, b) => Number(isWhole(b)) - Number(isWhole(a)))) {
        signal.throwIfAborted()
        found.push(await removeFrom(folder, { ...context, ...place, resumeAfterSeconds, notes }))
      }
    })
  } else {
    for (const [folder, some] of planned) {
      const split = await splitFiles(some, context)
      const truths = await truthsOf(keysOf([...split.whole, ...split.rewritten]), lake.store)
      found.push(summary(folder, split, truths))
    }
  }
  if (remove) await forgetLost(table, scope, lake.store)
  const changed = found
    .filter(({ files, rewritten }) => files + rewritten > 0)
    .sort((a, b) => (a.folder < b.folder ? -1 : 1))
  const sum = (of: (folder: RemovedFolder) => number) => changed.reduce((total, each) => total + of(each), 0)
  return {
    table: table.name,
    ...(importId !== undefined && { import: importId }),
    folders: changed,
    files: sum(({ files }) => files),
    rewritten: sum(({ rewritten }) => rewritten),
    rows: changed.some(({ rows }) => rows === null) ? null : sum(({ rows }) => rows ?? 0),
    bytes: sum(({ bytes }) => bytes),
    truths: sum(({ truths }) => truths),
    isRemoved: remove,
    interrupted: [...interrupted],
    untouched: foreign.filter((key) => planned.has(folderOf(key)) || isDataFileKey(table, key)),
  }
}

/** Removes the records of lost files whose whole folder was to go: nobody waits for these files any more. */
async function forgetLost(table: Table, scope: RemovalScope, store: LakeStore): Promise<void> {
  for (const key of await lostFiles(table, store))
    if (scope.ofFolder(folderOf(key)) === 'all') await store.remove(recordKey(key))
}

/**
 * The data files of a table, the keys below it that a removal does not touch, and the folders that another process is changing: such a
 * folder may be away, so only a look at it when the change has ended tells what is there.
 */
async function lookAround(
  table: Table,
  store: LakeStore,
  scope: RemovalScope,
  signal: AbortSignal,
): Promise<{ files: JudgedFile[]; foreign: string[]; changing: string[] }> {
  const isMeant = (folder: string) => scope.isEverything || isOfDay(table, folder)
  const objects: StoredObject[] = []
  const foreign: string[] = []
  for await (const object of store.list(tablePrefix(table))) {
    signal.throwIfAborted()
    if (isDataFileKey(table, object.key) && isMeant(folderOf(object.key))) objects.push(object)
    else foreign.push(object.key)
  }
  const changing = new Set(await intentFolders(store, tablePrefix(table)))
  const files: JudgedFile[] = []
  const judgedOrGone = (object: StoredObject) =>
    judged(object, table, scope, store).catch(async (error: unknown) => {
      if ((await store.find(object.key)) !== undefined) throw error
      changing.add(folderOf(object.key))
      return undefined
    })
  for await (const file of mappedInOrder(objects, judgedOrGone)) if (file) files.push(file)
  const isChosen = (folder: string) => isMeant(folder) && scope.ofFolder(folder) !== 'none'
  return { files, foreign, changing: [...changing].filter(isChosen) }
}

/** Tells how much of a data file goes. Rejects with an Error if its rows must be looked at, but it cannot be read or does not fit the definition. */
async function judged(
  object: StoredObject,
  table: Table,
  scope: RemovalScope,
  store: LakeStore,
): Promise<JudgedFile> {
  const ofFolder = scope.ofFolder(folderOf(object.key))
  if (ofFolder !== 'some') return { object, rows: null, imports: [], share: ofFolder }
  const footer = await readableFooter(object, store)
  if (footer instanceof Error)
    throw new Error(
      `${store.location}/${object.key} cannot be read, so nothing tells which of its rows go: ${footer.message} (whole days can be removed without reading them)`,
      { cause: footer },
    )
  const share = scope.ofFile(footer)
  const misfit = share === 'some' ? misfitOf(table, footer) : undefined
  if (misfit !== undefined) throw new Error(`${store.location}/${object.key} ${misfit}: ${wayOut(table)}`)
  return { object, rows: footer.rowCount, imports: importsOf(footer), share }
}

/** The chosen files, as far as imports are concerned. */
function chosen(files: readonly JudgedFile[]): ImportedFile[] {
  return files
    .filter(({ share }) => share !== 'none')
    .map(({ object: { key, modified }, rows, imports }) => ({
      ...{ key, rows: rows ?? 0, imports, published: modified },
    }))
}

/** Removes the chosen rows of one folder. */
async function removeFrom(
  folder: string,
  {
    catalog,
    resumeAfterSeconds,
    notes,
    ...context
  }: RemovalContext & { resumeAfterSeconds: number; notes: ChangeNotes; catalog: FolderCatalog | undefined },
): Promise<RemovedFolder> {
  const { table, scope, importId, store, duckDb, signal } = context
  const stage = await newFiles(store, { tempFolder: duckDb.tempFolder, signal })
  let last: { split: SplitFiles; truths: string[] } | undefined
  const decide = async (listed: readonly StoredObject[]): Promise<FileChange> => {
    const ours = listed.filter(({ key }) => isDataFileKey(table, key))
    const files: JudgedFile[] = []
    for await (const file of mappedInOrder(ours, (object) => judged(object, table, scope, store)))
      files.push(file)
    if (importId !== undefined) checkUnmerged(importId, chosen(files))
    const split = await splitFiles(files, context)
    const { add, joined } = await stageKept(split, stage, context)
    const gone = [...split.whole, ...split.rewritten]
    const truths = await truthsOf(keysOf(gone), store)
    last = { split, truths }
    return { add, remove: [...keysOf([...gone, ...joined]), ...truths] }
  }
  try {
    const options = { resumeAfterSeconds, signal, ...notes }
    await replaceFiles({ table: table.name, folder }, decide, { store, catalog }, options)
    if (last === undefined) throw new Error(`${folder}: expected a decision`)
    return summary(folder, last.split, last.truths)
  } finally {
    await stage.discard()
  }
}

function keysOf(files: readonly JudgedFile[]): string[] {
  return files.map(({ object }) => object.key)
}

function summary(
  folder: string,
  { whole, rewritten, rows }: SplitFiles,
  truths: readonly string[],
): RemovedFolder {
  return {
    folder,
    files: whole.length,
    rewritten: rewritten.length,
    rows,
    bytes: [...whole, ...rewritten].reduce((sum, { object }) => sum + object.size, 0),
    truths: truths.length,
  }
}
