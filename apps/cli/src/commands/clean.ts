import { rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { truthKey, truthPrefix } from '@minilake/generator'
import { describeSystemError, type FolderStore, folderStore } from '@minilake/ingest'
import { isDataFileKey, type Table } from '@minilake/schema'
import { Command } from 'commander'
import { folderPath, parsedBy } from '../options.js'
import { jsonText } from '../result-format.js'
import { type Environment, openSession } from '../session.js'
import { bytesText, count } from '../words.js'

/** Files of one kind in one folder. */
interface Leavings {
  folder: string
  what: 'simulated file' | 'truth file' | 'unfinished file' | 'file of your own'
  /** Paths. */
  files: string[]
  /** Bytes. */
  bytes: number
}

/** `minilake clean`: remove what was simulated, and nothing else. */
export function cleanCommand(environment: Environment): Command {
  return new Command('clean')
    .description(
      'list the simulated files in out and in the lake, and what killed runs have left; --yes removes them',
    )
    .option('--out <folder>', 'folder of data files before ingest', parsedBy(folderPath), 'out')
    .option('--yes', 'remove them; files that have no truth beside them are your own and stay')
    .action(async ({ out, yes = false }: { out: string; yes?: boolean }, command: Command) => {
      const { lake, terminal, json, signal } = await openSession(command, environment)
      const found: Leavings[] = []
      for (const store of [folderStore({ folder: out }), lake.store]) {
        const leavings = await leavingsIn(store, lake.tables)
        found.push(...leavings)
        if (yes)
          for (const { what, files } of leavings)
            if (what !== 'file of your own') await remove(files, store, signal)
      }
      if (json) await terminal.data(`${jsonText({ removed: yes, found }, 2)}\n`)
      else await terminal.data(cleanText(found, yes))
      if (!yes && found.some(({ what }) => what !== 'file of your own')) terminal.note('--yes removes them')
    })
}

function cleanText(found: readonly Leavings[], removed: boolean): string {
  const lines = found.map(({ folder, what, files, bytes }) => {
    const doing = what === 'file of your own' ? 'leaves' : removed ? 'removed' : 'would remove'
    const named = count(files.length, what).replace(/^(.*) file of your owns$/, '$1 files of your own')
    return `${doing} ${named} (${bytesText(bytes)}) in ${folder}/\n`
  })
  return lines.join('') || 'nothing to remove\n'
}

async function leavingsIn(store: FolderStore, tables: readonly Table[]): Promise<Leavings[]> {
  const folder = store.location
  const kind = (what: Leavings['what']): Leavings => ({ folder, what, files: [], bytes: 0 })
  const [data, truth, own, unfinished] = [
    kind('simulated file'),
    kind('truth file'),
    kind('file of your own'),
    kind('unfinished file'),
  ]
  const add = (leavings: Leavings, path: string, size: number) => {
    leavings.files.push(path)
    leavings.bytes += size
  }
  const truths = new Set<string>()
  for await (const { key, size } of store.list(truthPrefix)) {
    truths.add(key)
    add(truth, join(folder, key), size)
  }
  for await (const { key, size } of store.list('')) {
    if (!tables.some((table) => isDataFileKey(table, key))) continue
    add(truths.has(truthKey(key)) ? data : own, join(folder, key), size)
  }
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
    for (let folder = dirname(path); folder.length > location.length; folder = dirname(folder))
      folders.add(folder)
  }
  const innermostFirst = [...folders].sort((a, b) => b.length - a.length)
  for (const folder of innermostFirst) await rmdir(folder).catch(() => {}) // not empty: something else lies there
}
