import type { SqlEngine } from '@minilake/analytics'
import { syncPartitions } from '@minilake/catalog'
import { partitionsOf, type Table, tablePrefix } from '@minilake/schema'
import type { LakeStore, RegisterTablesOptions } from '../lake-backend.js'
import { intentFolders } from '../replace/intent.js'
import { untilLeft } from '../replace/until-left.js'
import { folderCatalog } from './folder-catalog.js'
import { columnsInCatalog, isCatalogFolder, registeredPartitions } from './look-at-catalog.js'

/** From so many new partitions on, one scan by Trino is much faster than a statement for each. */
const manyPartitions = 100

/** Most statements that run at once: Trino plans them in parallel, and the metastore has few threads. */
const mostAtOnce = 4

interface RegisteredLake extends RegisterTablesOptions {
  engine: SqlEngine
  store: LakeStore
  /** URL of the bucket, or of a folder in it. */
  location: string
  /** Seconds after which the change of a folder counts as left behind. */
  resumeAfterSeconds: number
}

/**
 * Registers the folders of a table that are new and unregisters partitions whose folder is gone; the folder of an unpartitioned table is
 * the table itself. A folder that another process is changing is that process's to register: this waits until it has done so, and leaves
 * the folder out if that process is dead. Resolves with the statements that ran.
 *
 * An intent may come between a look and the statement that follows it, so the intents are looked at again afterwards. Whatever was
 * registered in between is unregistered, and compared again once the intent has ended: its owner may have registered the folder just before.
 */
export async function registerFolders(table: Table, lake: RegisteredLake): Promise<string[]> {
  const { engine, store, resumeAfterSeconds, signal, onWait } = lake
  const statements: string[] = []
  const execute = async (statement: string) => {
    await engine.execute(statement)
    statements.push(statement)
  }
  const catalog = folderCatalog(table, { ...lake, engine: { execute } })
  const dead = new Set<string>()
  for (;;) {
    const busy = new Set(await intentFolders(store, tablePrefix(table)))
    const { missing, vanished, hasOthers } = await compareFolders(table, lake)
    const isFree = (folder: string) => !busy.has(folder)
    const [added, removed] = [missing.filter(isFree), vanished.filter(isFree)]
    const isScan = added.length >= manyPartitions && busy.size === 0 && !hasOthers
    if (isScan) await execute(syncPartitions(table, 'ADD'))
    else await eachOf(added, (folder) => catalog.register(folder), signal)
    await eachOf(removed, (folder) => catalog.unregister(folder), signal)

    const contested = new Set([...missing, ...vanished].filter((folder) => busy.has(folder)))
    if (added.length > 0) {
      const own = new Set(added)
      for (const folder of await intentFolders(store, tablePrefix(table))) {
        if (busy.has(folder) || !(isScan || own.has(folder))) continue
        await catalog.unregister(folder)
        contested.add(folder)
      }
    }
    const waiting = [...contested].filter((folder) => !dead.has(folder))
    // A writer may have filled a folder again after it was listed.
    if (waiting.length === 0 && removed.length === 0) return statements
    for (const folder of waiting)
      if (await untilLeft(store, folder, { resumeAfterSeconds, signal, onWait })) dead.add(folder)
  }
}

/** Which of a table's folders its catalog entry lacks. */
export async function unregisteredFolders(
  table: Table,
  folders: readonly string[],
  catalog: Pick<RegisteredLake, 'engine' | 'signal'>,
): Promise<string[]> {
  const registered = await registeredFolders(table, catalog)
  return folders.filter((folder) => !registered.has(folder) && isCatalogFolder(table, folder))
}

/** The key prefixes of a table's partitions in its catalog entry, or of the unpartitioned table itself. */
async function registeredFolders(
  table: Table,
  { engine, signal }: Pick<RegisteredLake, 'engine' | 'signal'>,
): Promise<Set<string>> {
  const prefix = tablePrefix(table)
  if (partitionsOf(table).length === 0)
    return new Set((await columnsInCatalog([table], engine, signal)).has(table.name) ? [prefix] : [])
  const names = await registeredPartitions(table, { engine, signal })
  return new Set([...names].map((name) => `${prefix}${name}/`))
}

/**
 * The folders of a table that its catalog entry lacks, and those that it has and the store lacks. `hasOthers` if the store has folders that
 * can be no partition, on which a scan would fail.
 */
async function compareFolders(
  table: Table,
  { engine, store, signal }: RegisteredLake,
): Promise<{ missing: string[]; vanished: string[]; hasOthers: boolean }> {
  const registered = await registeredFolders(table, { engine, signal })
  if (partitionsOf(table).length === 0)
    return { missing: registered.size > 0 ? [] : [tablePrefix(table)], vanished: [], hasOthers: false }
  const missing: string[] = []
  let hasOthers = false
  for await (const folder of partitionFolders(table, store)) {
    if (!isCatalogFolder(table, folder)) hasOthers = true
    else if (!registered.delete(folder)) missing.push(folder)
  }
  return { missing, vanished: [...registered], hasOthers }
}

/** The folders of a table's partitions in a store, in order. Some may have no data file. */
async function* partitionFolders(table: Table, store: LakeStore): AsyncGenerator<string> {
  const columns = partitionsOf(table).map(([name]) => name)
  yield* below(tablePrefix(table), columns)

  async function* below(prefix: string, [name, ...inner]: readonly string[]): AsyncGenerator<string> {
    if (name === undefined) return void (yield prefix)
    for await (const folder of store.folders?.(prefix) ?? [])
      if (folder.startsWith(`${prefix}${name}=`)) yield* below(folder, inner)
  }
}

/** Runs `work` on each folder, several at a time. Rejects with the first failure, once all that have begun have ended. */
async function eachOf(
  folders: readonly string[],
  work: (folder: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const waiting = folders.values()
  const lanes = Array.from({ length: mostAtOnce }, async () => {
    for (const folder of waiting) {
      signal.throwIfAborted()
      await work(folder)
    }
  })
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason
}
