import type { Table } from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import type { CatalogReport, LakeBackend } from '../lake-backend.js'
import type { ChangeNotes } from '../replace/settled-change.js'
import { settleIntents } from '../replace/settle-intents.js'

interface FolderRegistrationOptions extends ChangeNotes {
  signal: AbortSignal
  onRegistered?: (report: CatalogReport) => void
}

/**
 * Registers a table, and returns a function that registers the folders of files. It resolves only once the catalog has all of them: other
 * commands may have unregistered one that was there before, or a dead one may have left it in the middle of a change.
 */
export async function folderRegistration(
  table: Table,
  lake: LakeBackend,
  { signal, onRegistered, onWait, onSettled }: FolderRegistrationOptions,
): Promise<(keys: readonly string[]) => Promise<void>> {
  const registerWith = async (end: AbortSignal) => {
    const report = await lake.registerTables([table], { signal: end, onWait })
    // Nothing of a table that differs is registered.
    if (report.differences.length > 0) throw new Error(report.differences.join('; '))
    onRegistered?.(report)
  }
  await registerWith(signal)
  const always = { signal: new AbortController().signal } // a batch that has begun is completed
  return async (keys) => {
    const folders = [...new Set(keys.map(folderOf))].filter((folder) => !folder.startsWith('_'))
    const missing = async () => (await lake.unregisteredFolders?.(table, folders, always)) ?? []
    if ((await missing()).length === 0) return
    await registerWith(always.signal)
    if ((await missing()).length === 0) return
    await settleIntents([table], lake, { ...always, onWait, onSettled })
    await registerWith(always.signal)
    const [folder] = await missing()
    if (folder !== undefined)
      throw new Error(`${lake.store.location}/${folder} is not in the catalog: run minilake catalog`)
  }
}
