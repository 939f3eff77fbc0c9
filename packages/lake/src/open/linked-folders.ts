import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describeSystemError, type ObjectStore } from '@minilake/ingest'
import { partitionsOf, type Table, tablePrefix } from '@minilake/schema'

/**
 * The partition folders of a table below a folder that are links, as keys with a slash at their end, if the store does not list what is
 * behind them: DuckDB would follow them.
 */
export async function linkedFolders(
  table: Table,
  store: Pick<ObjectStore, 'location' | 'list'>,
): Promise<string[]> {
  const links = await linksBelow(store.location, tablePrefix(table), partitionsOf(table).length)
  const followed = new Set<string>()
  if (links.length > 0) {
    for await (const { key } of store.list(tablePrefix(table))) {
      for (const link of links) if (key.startsWith(link)) followed.add(link)
    }
  }
  return links.filter((link) => !followed.has(link))
}

async function linksBelow(root: string, prefix: string, levels: number): Promise<string[]> {
  if (levels === 0) return []
  const folder = join(root, prefix)
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw new Error(`cannot list ${folder}: ${describeSystemError(error)}`, { cause: error })
  })
  const found: string[] = []
  for (const entry of entries.filter(({ name }) => name.includes('='))) {
    const key = `${prefix}${entry.name}/`
    if (entry.isDirectory() && levels > 1) found.push(...(await linksBelow(root, key, levels - 1)))
    if (entry.isSymbolicLink() && (await isFolder(join(folder, entry.name)))) found.push(key)
  }
  return found.sort()
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false, // a link to nothing
  )
}
