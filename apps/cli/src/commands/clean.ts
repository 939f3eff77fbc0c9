import { rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { simulatedTables, truthKey, truthPrefix } from '@minilake/generator'
import { describeSystemError, type FolderStore, folderStore, type Identity } from '@minilake/ingest'
import { type Table, tablePrefix } from '@minilake/schema'
import { Command } from 'commander'
import { dataFilesOf } from '../embedded-lake.js'
import { jsonText } from '../result-format.js'
import { type Environment, openSession } from '../session.js'
import { settingOption } from '../setting-option.js'
import { readTruthFile } from '../truth-file.js'
import { bytesText } from '../words.js'

/** Files of one kind in one store. */
interface Leavings {
  folder: string
  what: 'simulated' | 'truth' | 'unfinished' | 'your own'
  /** Paths. */
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
      const stores = [folderStore({ folder: settings.out.value }), lake.store]
      const truths = new Map<FolderStore, TruthFile[]>()
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
      if (json) await terminal.data(`${jsonText(found, 2)}\n`)
      else await terminal.data(found.map(leavingsText).join('') || 'nothing to remove\n')
      if (!yes && found.some(({ what }) => what !== 'your own')) terminal.note('--yes removes them')
    })
}

function leavingsText({ folder, what, files, bytes, removed }: Leavings): string {
  const many = files.length.toLocaleString('en-US')
  const noun = files.length === 1 ? 'file' : 'files'
  const named = what === 'your own' ? `leaves ${many} ${noun} of your own` : `${many} ${what} ${noun}`
  const doing = what === 'your own' ? '' : removed ? 'removed ' : 'would remove '
  return `${doing}${named} (${bytesText(bytes)}) in ${folder}/\n`
}

/** The truth files of a store that can be read, each about a simulated table. */
async function truthFilesOf(store: FolderStore): Promise<TruthFile[]> {
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
  store: FolderStore,
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
  const add = (leavings: Leavings, path: string, size: number) => {
    leavings.files.push(path)
    leavings.bytes += size
  }
  const simulated = new Map<string, Identity[]>()
  for (const { key, file } of known) simulated.set(key, [...(simulated.get(key) ?? []), file])
  for (const table of tables) {
    for await (const object of dataFilesOf(table, store)) {
      const { key, size } = object
      const candidates = (simulated.get(truthKey(key)) ?? []).filter((file) => file.size === size)
      const etag = candidates.length > 0 ? await object.etag() : undefined
      add(candidates.some((file) => file.etag === etag) ? data : own, join(folder, key), size)
    }
  }
  for (const { key, size } of truths) add(truth, join(folder, key), size)
  for await (const { path, size } of store.unfinished()) add(unfinished, path, size)
  return [data, truth, unfinished, own].filter(({ files }) => files.length > 0)
}

/** Removes files, then the folders that are empty without them, up to the store's own. */
async function remove(
  files: readonly string[],
  { location }: FolderStore,
  signal: AbortSignal,
): Promise<void> {
  const folders = new Set<string>()
  for (const path of files) {
    signal.throwIfAborted()
    await rm(path, { force: true }).catch((cause: unknown) => {
      throw new Error(`cannot remove ${path}: ${describeSystemError(cause)}`, { cause })
    })
    for (let folder = dirname(path); folder.length > location.length; folder = dirname(folder)) {
      folders.add(folder)
    }
  }
  const innermostFirst = [...folders].sort((a, b) => b.length - a.length)
  for (const folder of innermostFirst) await rmdir(folder).catch(() => {}) // not empty: something else lies there
}
