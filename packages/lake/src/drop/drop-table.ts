import type { StoredObject } from '@minilake/ingest'
import { isDataFileKey, type Table, tablePrefix } from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import { isIceberg } from '../iceberg/is-iceberg.js'
import type { LakeBackend, LakeStore } from '../lake-backend.js'
import { isRegistered, unregisterTable } from '../register/unregister-table.js'
import { checkNotRewritten } from '../register/shape-checks.js'
import { intentFolders, intentPrefix } from '../replace/intent.js'
import { finishIntent, replaceFiles } from '../replace/replace-files.js'
import { changingStore, prefixesOf } from '../replace/settle-intents.js'
import type { ChangeNotes } from '../replace/settled-change.js'
import { dropIceberg } from './drop-iceberg.js'
import type { DropReport } from './drop-report.js'

/** How to drop a table. */
export interface DropTableOptions extends ChangeNotes {
  /** Drop its data files too, with their truth and what interrupted changes left. Default false: files stay. */
  data?: boolean
  /** Do it. Default false: only list it. */
  remove?: boolean
  signal: AbortSignal
}

/**
 * Unregisters a table, and removes its data files on request; those of an Iceberg table are removed by Trino. A table in the catalog that
 * has another location, or whose files Trino manages, is somebody else's: then it rejects with an Error, as for a missing right, before
 * anything changes. It also rejects, unless its files go too, while the table is being rewritten. Run again, it completes what was
 * interrupted.
 */
export async function dropTable(
  table: Table,
  lake: Pick<LakeBackend, 'profile' | 'servers' | 'store' | 'maintenance' | 'resumeAfterSeconds'>,
  { data = false, remove = false, onWait, onSettled, signal }: DropTableOptions,
): Promise<DropReport> {
  const { servers } = lake
  const catalog = servers && { servers, undone: 'dropped', signal }
  const isInCatalog = catalog ? await isRegistered(table, { ...catalog, data }) : null
  if (isIceberg(lake, table)) return dropIceberg(table, lake, { data, remove, signal, isInCatalog })
  if (!data) await checkNotRewritten(table, lake.store, 'dropped')
  const objects = data
    ? await objectsOf(table, lake.store)
    : { files: [], truths: [], records: [], leftovers: [], others: [] }
  const { files, truths, records, leftovers } = objects
  if (remove) {
    const intents = await intentFolders(lake.store, tablePrefix(table))
    const isStoreChanged = [files, truths, records, leftovers, intents].some(({ length }) => length > 0)
    const store = isStoreChanged
      ? await changingStore(table, lake, { undone: 'dropped', signal })
      : lake.store
    const options = { resumeAfterSeconds: lake.resumeAfterSeconds, signal, onWait, onSettled }
    // A change that ends later would register the table again.
    for (const folder of intents) await finishIntent({ store }, folder, options)
    if (catalog && isInCatalog === true) await unregisterTable(table, catalog)
    if (data) await removeObjects(table, store, options)
  }
  return {
    table: table.name,
    isRegistered: isInCatalog,
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    truths: truths.length,
    leftovers: leftovers.length,
    isDropped: remove,
    untouched: objects.others.map(({ key }) => key),
  }
}

async function objectsOf(table: Table, store: LakeStore) {
  const prefixes = prefixesOf(table)
  const listed = async (prefix: string) => {
    const found: StoredObject[] = []
    for await (const object of store.list(prefix)) found.push(object)
    return found
  }
  const all = await listed(prefixes.data)
  const descriptions = await listed(prefixes.truths)
  return {
    files: all.filter(({ key }) => isDataFileKey(table, key)),
    others: all.filter(({ key }) => !isDataFileKey(table, key)),
    truths: descriptions.filter(({ key }) => key.endsWith('.json')),
    records: descriptions.filter(({ key }) => !key.endsWith('.json')),
    leftovers: await listed(prefixes.intents),
  }
}

/** Removes the data files of a table, partition by partition, then everything else that is about them. */
async function removeObjects(
  table: Table,
  store: LakeStore,
  options: Parameters<typeof replaceFiles>[3],
): Promise<void> {
  const { files } = await objectsOf(table, store)
  // The folder of a partition that another process is changing may be away.
  const changing = await intentFolders(store, tablePrefix(table))
  for (const folder of new Set([...files.map(({ key }) => folderOf(key)), ...changing])) {
    options.signal.throwIfAborted()
    const decide = (listed: readonly StoredObject[]) => {
      const remove = listed.map(({ key }) => key).filter((key) => isDataFileKey(table, key))
      return Promise.resolve({ add: [], remove })
    }
    await replaceFiles({ table: table.name, folder }, decide, { store }, options)
  }
  const { truths, records, leftovers } = await objectsOf(table, store)
  const busy = await intentFolders(store, tablePrefix(table)) // of a command that has just begun
  const isBusy = (key: string) => busy.some((folder) => key.startsWith(`${intentPrefix}${folder}`))
  const rest = [...truths, ...records, ...leftovers].map(({ key }) => key).filter((key) => !isBusy(key))
  for (const key of rest) await store.remove(key)
  await store.removeEmptyFolders?.(rest)
}
