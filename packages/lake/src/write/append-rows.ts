import type { FolderStore } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import type { RowsTarget } from './rows-target.js'
import { stagePartitions } from './stage-partitions.js'
import { stagedFiles } from './staged-files.js'

/** Adds rows to the data files of a folder, one new file per partition. All files appear together. */
export function appendRows(
  table: Table,
  store: FolderStore,
  { signal }: { signal: AbortSignal },
): RowsTarget {
  const staged = stagedFiles(store, { signal })
  let found: { importId: string; files: string[] } = { importId: '', files: [] }
  return {
    stage: async (batches, options) => {
      found = await stagePartitions(table, batches, staged, options)
    },
    publish: async () => {
      const { importId, files: keys } = found
      const named = await staged.name()
      const newKeys = keys.filter((key) => named.has(key))
      return {
        importId,
        written: newKeys.length,
        unchanged: keys.length - newKeys.length,
        bytes: staged.bytesOf(keys),
        keys,
        newKeys,
      }
    },
    discard: () => staged.discard(),
  }
}
