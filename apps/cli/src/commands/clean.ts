import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { truthPrefix } from '@minilake/generator'
import { type FolderStore, folderStore } from '@minilake/ingest'
import { isDataFileKey, type Table } from '@minilake/schema'
import { Command } from 'commander'
import { jsonText } from '../result-format.js'
import { embeddedFolder } from '../lake.js'
import { type Environment, openSession } from '../session.js'
import { bytesText, count } from '../words.js'

/** Files of one kind in one folder. */
interface Leavings {
  folder: string
  what: 'data files' | 'truth files' | 'unfinished files'
  /** Paths. */
  files: string[]
  /** Bytes. */
  bytes: number
}

/** `minilake clean`: remove what generate and ingest have made, and nothing else. */
export function cleanCommand(environment: Environment): Command {
  return new Command('clean')
    .description('list what generate and ingest have made; --yes removes it, and nothing else')
    .option('--out <folder>', 'folder of data files before ingest', 'out')
    .option('--yes', 'remove it')
    .action(async ({ out, yes = false }: { out: string; yes?: boolean }, command: Command) => {
      const { lake, terminal, json } = await openSession(command, environment)
      const stores = [folderStore({ folder: out }), lake.store]
      const found = (await Promise.all(stores.map((store) => leavingsIn(store, lake.tables)))).flat()
      if (yes) {
        for (const { files } of found) for (const path of files) await rm(path, { force: true })
        for (const folder of [out, embeddedFolder]) await removeEmptyFolders(folder)
      }
      if (json) await terminal.data(`${jsonText({ removed: yes, found }, 2)}\n`)
      else await terminal.data(cleanText(found, yes))
    })
}

function cleanText(found: readonly Leavings[], removed: boolean): string {
  if (found.length === 0) return 'nothing to remove\n'
  const lines = found.map(
    ({ folder, what, files, bytes }) =>
      `${removed ? 'removed' : 'would remove'} ${count(files.length, what.slice(0, -1))} (${bytesText(bytes)}) in ${folder}/`,
  )
  return [...lines, ...(removed ? [] : ['--yes removes them'])].map((line) => `${line}\n`).join('')
}

async function leavingsIn(store: FolderStore, tables: readonly Table[]): Promise<Leavings[]> {
  const folder = store.location
  const data: Leavings = { folder, what: 'data files', files: [], bytes: 0 }
  const truth: Leavings = { folder, what: 'truth files', files: [], bytes: 0 }
  const unfinished: Leavings = { folder, what: 'unfinished files', files: [], bytes: 0 }
  for await (const { key, size } of store.list('')) {
    const isTruth = key.startsWith(truthPrefix) && key.endsWith('.json')
    const kind = isTruth ? truth : tables.some((table) => isDataFileKey(table, key)) ? data : undefined
    kind?.files.push(join(folder, key))
    if (kind) kind.bytes += size
  }
  for await (const { path, size } of store.unfinished()) {
    unfinished.files.push(path)
    unfinished.bytes += size
  }
  return [data, truth, unfinished].filter(({ files }) => files.length > 0)
}

/** Removes a folder's empty folders, innermost first, and itself if it is empty then. */
async function removeEmptyFolders(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const entry of entries) if (entry.isDirectory()) await removeEmptyFolders(join(folder, entry.name))
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code ?? '')) throw error
  })
}
