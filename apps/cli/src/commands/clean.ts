import { simulatedTables, truthKey, truthPrefix } from '@minilake/generator'
import {
  type FolderStore,
  folderStore,
  type Identity,
  type ObjectStore,
  ObjectStoreError,
} from '@minilake/ingest'
import { type Table, tablePrefix } from '@minilake/schema'
import { Command } from 'commander'
import { dataFilesOf } from '@minilake/lake'
import { jsonText } from '../print/result-format.js'
import { type Environment, openSession } from '../session.js'
import { settingOption } from '../options/setting-option.js'
import { readTruthFile } from '@minilake/lake'
import { bytesText } from '@minilake/lake'

/** A folder or a bucket that is cleaned. */
type CleanedStore = ObjectStore & Partial<FolderStore>

/** Files of one kind in one store. */
interface Leavings {
  /** Where the store is. */
  folder: string
  what: 'simulated' | 'truth' | 'unfinished' | 'your own'
  /** Keys. */
  files: string[]
  /** Bytes. */
  bytes: number
  /** Whether they were removed now. */
  removed: boolean
}

/** A truth file, and the size and ETag of the data file that it speaks of. */
interface TruthFile {
  key: string
  /** Bytes of the truth file itself. */
  size: number
  file: Identity
}

/** `minilake clean`: remove what was simulated, and nothing else. */
export function cleanCommand(environment: Environment): Command {
  return new Command('clean')
    .description(
      'list the simulated files in out and in the lake, and what killed runs have left; --yes removes them',
    )
    .addOption(settingOption('out', 'folder'))
    .option('--yes', 'remove them; data files that are not what a truth says are your own and stay')
    .action(async ({ yes = false }: { yes?: boolean }, command: Command) => {
      const { lake, settings, terminal, json, signal } = await openSession(command, environment)
      const stores: CleanedStore[] = [folderStore({ folder: settings.out.value }), lake.store]
      const truths = new Map<CleanedStore, TruthFile[]>()
      for (const store of stores) truths.set(store, await truthFilesOf(store))
      // Those of all stores count: a file may have reached the lake before its truth did.
      const known = [...truths.values()].flat()
      const found: Leavings[] = []
      for (const [store, here] of truths) {
        for (const leavings of await leavingsIn(store, lake.tables, here, known)) {
          if (yes && leavings.what !== 'your own') {
            await remove(leavings.files, store, signal)
            leavings.removed = true
          }
          found.push(leavings)
        }
      }
      if (json) await terminal.data(`${jsonText(found.map(withPaths), 2)}\n`)
      else await terminal.data(found.map(leavingsText).join('') || 'nothing to remove\n')
      if (!yes && found.some(({ what }) => what !== 'your own')) terminal.note('--yes removes them')
    })
}

function withPaths(leavings: Leavings): Leavings {
  return { ...leavings, files: leavings.files.map((key) => `${leavings.folder}/${key}`) }
}

function leavingsText({ folder, what, files, bytes, removed }: Leavings): string {
  const many = files.length.toLocaleString('en-US')
  const noun = files.length === 1 ? 'file' : 'files'
  const named = what === 'your own' ? `leaves ${many} ${noun} of your own` : `${many} ${what} ${noun}`
  const doing = what === 'your own' ? '' : removed ? 'removed ' : 'would remove '
  return `${doing}${named} (${bytesText(bytes)}) in ${folder}/\n`
}

/** The truth files of a store that can be read, each about a simulated table. */
async function truthFilesOf(store: ObjectStore): Promise<TruthFile[]> {
  const found: TruthFile[] = []
  for (const table of Object.values(simulatedTables)) {
    for await (const { key, size } of store.list(`${truthPrefix}${tablePrefix(table)}`)) {
      const truth = await readTruthFile(table, store, key).catch(() => undefined)
      if (truth) found.push({ key, size, file: truth.file })
    }
  }
  return found
}

async function leavingsIn(
  store: CleanedStore,
  tables: readonly Table[],
  truths: readonly TruthFile[],
  known: readonly TruthFile[],
): Promise<Leavings[]> {
  const folder = store.location
  const kind = (what: Leavings['what']): Leavings => ({ folder, what, files: [], bytes: 0, removed: false })
  const [data, truth, unfinished, own] = [
    kind('simulated'),
    kind('truth'),
    kind('unfinished'),
    kind('your own'),
  ]
  const add = (leavings: Leavings, key: string, size: number) => {
    leavings.files.push(key)
    leavings.bytes += size
  }
  const simulated = new Map<string, Identity[]>()
  for (const { key, file } of known) simulated.set(key, [...(simulated.get(key) ?? []), file])
  for (const table of tables) {
    for await (const object of dataFilesOf(table, store)) {
      const { key, size } = object
      const candidates = (simulated.get(truthKey(key)) ?? []).filter((file) => file.size === size)
      const etag = candidates.length > 0 ? await object.etag() : undefined
      add(candidates.some((file) => file.etag === etag) ? data : own, key, size)
    }
  }
  for (const { key, size } of truths) add(truth, key, size)
  for await (const { key, size } of store.unfinished?.() ?? []) add(unfinished, key, size)
  return [data, truth, unfinished, own].filter(({ files }) => files.length > 0)
}

/** Removes files, then the folders that are empty without them. */
async function remove(keys: readonly string[], store: CleanedStore, signal: AbortSignal): Promise<void> {
  for (const key of keys) {
    signal.throwIfAborted()
    await store.remove(key).catch(explainDenial)
  }
  await store.removeEmptyFolders?.(keys)
}

/** Whoever publishes need not be able to remove, and in the local stack cannot. */
function explainDenial(error: unknown): never {
  if (!(error instanceof ObjectStoreError) || error.code !== 'AccessDenied') throw error
  throw new Error(
    `${error.message}; name keys that may in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (of the local stack: MINIO_ROOT_USER and MINIO_ROOT_PASSWORD in .env)`,
    { cause: error },
  )
}
