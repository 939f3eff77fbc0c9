import { truthPrefix, truthSubject } from '@minilake/generator'
import { folderStore, type Identity, identityOf, type ObjectStore, type StoredObject } from '@minilake/ingest'
import type { UnfinishedUpload } from '@minilake/ingest/s3'
import { type Table, tablePrefix } from '@minilake/schema'
import { mappedInOrder } from '../files/mapped-in-order.js'
import { hasLabels } from '../generate/find-labels.js'
import { findSimulation } from '../generate/find-simulation.js'
import { isIceberg } from '../iceberg/is-iceberg.js'
import { removeStagedRuns, type Staged, type StagedRun, stagedRuns } from '../iceberg/staged-runs.js'
import { withTrino } from '../iceberg/with-staging.js'
import { abandoned, unfinishedUploads } from '../ingest/abandoned-uploads.js'
import { dataFilesOf, type LakeBackend, type LakeStore } from '../lake-backend.js'
import { maintainStore } from '../open/maintain-store.js'
import { checkNoneOver } from '../register/others-over.js'
import { recordedFiles, recordKey } from '../files/file-record.js'
import { labelsFile } from '../truth/labels-file.js'
import { readTruthFile, type StoredTruth, truthFilesOf } from '../truth/truth-file.js'

/** How to clean a lake. */
export interface CleanOptions {
  /** The folder of data files that wait to be ingested; it is cleaned too. */
  out: string
  /** Remove what was found. Default false: only list it. */
  remove?: boolean
  signal: AbortSignal
}

/** Files of one kind in one store. */
export interface Leftovers {
  /** The folder, or the URL of the bucket. */
  location: string
  /**
   * `own` files are listed but never removed, and neither are files `in progress`: unfinished or staged ones that were written to in the
   * last 24 hours, possibly by a writer that is still at work. Those that are older are `unfinished` or `staged`.
   */
  kind: 'simulated' | 'truth' | 'unfinished' | 'staged' | 'in progress' | 'abandoned upload' | 'own'
  keys: string[]
  bytes: number
  isRemoved: boolean
}

/** A truth file, with the size and ETag of the data file it describes. */
interface TruthFile {
  key: string
  /** Bytes of the truth file itself. */
  size: number
  file: Identity
  /** The file of its labels, where there is a table for it. */
  labels?: { key: string; file: Identity }
}

/**
 * Finds simulated data files, their truth, and unfinished files, uploads and files staged for Iceberg tables that were abandoned more than
 * 24 hours ago, in `out` and in the lake, and removes them on request, with the staging tables in Trino. A data file counts as simulated only if a truth describes
 * exactly its content, and a file of labels only if a truth gives exactly its bytes.
 */
export async function cleanLake(
  lake: Pick<LakeBackend, 'profile' | 'tables' | 'store' | 'maintenance' | 'servers'>,
  { out, remove = false, signal }: CleanOptions,
): Promise<Leftovers[]> {
  const stores: LakeStore[] = [folderStore({ folder: out }), lake.store]
  // The rows of an Iceberg table are in files of Trino's. Data files below its name are those of the Hive table that it once was.
  const tablesIn = (store: LakeStore) =>
    store === lake.store ? lake.tables.filter((table) => !isIceberg(lake, table)) : lake.tables
  const truths = new Map<LakeStore, TruthFile[]>()
  for (const store of stores) truths.set(store, await readableTruthsOf(tablesIn(store), store))
  // The truths of both stores count, because a data file may reach the lake before its truth does.
  const known = [...truths.values()].flat()
  const found: Found[] = []
  for (const [store, here] of truths) {
    const staged = await stagedRuns(store)
    for (const leftovers of await filesIn(store, tablesIn(store), { truths: here, known, staged }))
      found.push({ store, leftovers, ...(leftovers.kind === 'staged' && { runs: staged.abandoned }) })
    const uploads = abandoned(await unfinishedUploads(lake.tables, store))
    if (uploads.length > 0) found.push({ store, leftovers: leftoverUploads(uploads, store), uploads })
  }
  if (remove) await removeFound(found, lake, signal)
  return found.map(({ leftovers }) => leftovers)
}

/** Leftovers, and where they were found. */
interface Found {
  store: LakeStore
  leftovers: Leftovers
  /** The uploads, if that is what they are. */
  uploads?: readonly UnfinishedUpload[]
  /** The runs that have staged the files, if that is what they are. */
  runs?: readonly StagedRun[]
}

/** Removes what may be removed. Nothing goes, in `out` neither, unless the lake's key has the rights for all of it. */
async function removeFound(
  found: readonly Found[],
  lake: Pick<LakeBackend, 'tables' | 'store' | 'maintenance' | 'servers'>,
  signal: AbortSignal,
): Promise<void> {
  const removable = found.filter(({ leftovers }) => isRemovable(leftovers))
  const inLake = removable.filter(({ store }) => store === lake.store)
  const simulated = new Set(
    inLake.flatMap(({ leftovers: { kind, keys } }) => (kind === 'simulated' ? keys : [])).map(tableFolderOf),
  )
  for (const table of lake.tables)
    if (simulated.has(tablePrefix(table))) await checkNoneOver(table, lake, { undone: 'removed', signal })
  const recorded = new Set<string>()
  for (const folder of simulated) for (const key of await recordedFiles(folder, lake.store)) recorded.add(key)
  const foldersOf = (some: readonly Found[]) => [
    ...new Set(some.flatMap(({ leftovers: { keys } }) => withRecords(keys, recorded).map(tableFolderOf))),
  ]
  const maintained = await maintainStore(
    lake,
    {
      objects: foldersOf(inLake.filter(({ uploads }) => uploads === undefined)),
      uploads: foldersOf(inLake.filter(({ uploads }) => uploads !== undefined)),
    },
    { undone: 'removed', signal },
  )
  for (const { store, leftovers, uploads, runs } of removable) {
    const remover = store === lake.store ? maintained : store
    if (runs && lake.servers)
      await removeRuns(runs, leftovers, { servers: lake.servers, store: remover }, signal)
    else if (uploads) await abortUploads(uploads, remover, signal)
    else await removeFiles(withRecords(leftovers.keys, recorded), remover, signal)
    leftovers.isRemoved = true
  }
}

/** The folder of a key's table, or of its truth files: `pump/` or `_truth/pump/`. */
function tableFolderOf(key: string): string {
  return key.slice(0, key.indexOf('/', key.startsWith(truthPrefix) ? truthPrefix.length : 0) + 1)
}

/** Removes what runs have staged. A run whose files a statement in Trino still reads stays, and is not among the leftovers. */
async function removeRuns(
  runs: readonly StagedRun[],
  leftovers: Leftovers,
  lake: { servers: NonNullable<LakeBackend['servers']>; store: LakeStore },
  signal: AbortSignal,
): Promise<void> {
  const removed = await withTrino(lake, (engine) =>
    removeStagedRuns(runs, { engine, store: lake.store, signal }),
  )
  const files = filesOf(removed)
  leftovers.keys = files.map(({ key }) => key)
  leftovers.bytes = files.reduce((sum, { size }) => sum + size, 0)
}

/** Keys of files, each after its record if it has one: after a crash, no record is left without its file. */
function withRecords(keys: readonly string[], recorded: ReadonlySet<string>): string[] {
  return keys.flatMap((key) => (recorded.has(key) ? [recordKey(key), key] : [key]))
}

function isRemovable({ kind }: Pick<Leftovers, 'kind'>): boolean {
  return kind !== 'own' && kind !== 'in progress'
}

/** The readable truth files of a store, for those of the tables that are simulated. */
async function readableTruthsOf(tables: readonly Table[], store: ObjectStore): Promise<TruthFile[]> {
  const found: TruthFile[] = []
  for (const table of tables.flatMap((each) => findSimulation(each) ?? [])) {
    const withLabels = hasLabels(tables, table)
    const read = async ({ key, size }: StoredObject) => {
      const truth = await readTruthFile(table, store, key).catch(() => undefined)
      return (
        truth && { key, size, file: truth.file, ...(withLabels && { labels: await labelsIdentity(truth) }) }
      )
    }
    for await (const truth of mappedInOrder(truthFilesOf(table, store), read)) if (truth) found.push(truth)
  }
  return found
}

async function labelsIdentity(truth: StoredTruth): Promise<{ key: string; file: Identity }> {
  const { key, bytes } = await labelsFile(truth)
  return { key, file: await identityOf(bytes) }
}

async function filesIn(
  store: LakeStore,
  tables: readonly Table[],
  { truths, known, staged }: { truths: readonly TruthFile[]; known: readonly TruthFile[]; staged: Staged },
): Promise<Leftovers[]> {
  const none = (kind: Leftovers['kind']): Leftovers => {
    return { location: store.location, kind, keys: [], bytes: 0, isRemoved: false }
  }
  const [data, truth, own] = [none('simulated'), none('truth'), none('own')]
  const [unfinished, abandonedStaged, inProgress] = [none('unfinished'), none('staged'), none('in progress')]
  const add = (leftovers: Leftovers, key: string, size: number) => {
    leftovers.keys.push(key)
    leftovers.bytes += size
  }
  const simulated = new Map<string, Identity[]>()
  const addSimulated = (key: string, file: Identity) => {
    simulated.set(key, [...(simulated.get(key) ?? []), file])
  }
  for (const { key, file, labels } of known) {
    addSimulated(truthSubject(key), file)
    if (labels) addSimulated(labels.key, labels.file)
  }
  for (const table of tables) {
    for await (const object of dataFilesOf(table, store)) {
      const { key, size } = object
      const candidates = (simulated.get(key) ?? []).filter((file) => file.size === size)
      const etag = candidates.length > 0 ? await object.etag() : undefined
      add(candidates.some((file) => file.etag === etag) ? data : own, key, size)
    }
  }
  for (const { key, size } of truths) add(truth, key, size)
  for (const { key, size } of filesOf(staged.abandoned)) add(abandonedStaged, key, size)
  for (const { key, size } of filesOf(staged.young)) add(inProgress, key, size)
  for (const { key, size } of staged.strange) add(own, key, size)
  for await (const file of store.unfinished?.() ?? []) {
    add(abandoned([file]).length > 0 ? unfinished : inProgress, file.key, file.size)
  }
  return [data, truth, unfinished, abandonedStaged, inProgress, own].filter(({ keys }) => keys.length > 0)
}

function filesOf(runs: readonly StagedRun[]): StoredObject[] {
  return runs.flatMap(({ files }) => files)
}

function leftoverUploads(uploads: readonly UnfinishedUpload[], { location }: LakeStore): Leftovers {
  return {
    location,
    kind: 'abandoned upload',
    keys: uploads.map(({ key }) => key),
    bytes: uploads.reduce((sum, { bytes }) => sum + bytes, 0),
    isRemoved: false,
  }
}

async function abortUploads(uploads: readonly UnfinishedUpload[], store: LakeStore, signal: AbortSignal) {
  for (const upload of uploads) {
    signal.throwIfAborted()
    await store.abortUpload?.(upload)
  }
}

/** Removes files, then the folders that are empty without them. */
async function removeFiles(keys: readonly string[], store: LakeStore, signal: AbortSignal): Promise<void> {
  for (const key of keys) {
    signal.throwIfAborted()
    await store.remove(key)
  }
  await store.removeEmptyFolders?.(keys)
}
