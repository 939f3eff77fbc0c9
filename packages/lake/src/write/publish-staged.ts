import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateFolder } from '@minilake/import'
import { type FolderStore, folderStore } from '@minilake/ingest'
import { type EarlierRows, earlierRows } from '../files/earlier-rows.js'
import { ingestFolder, type IngestFilesOptions } from '../ingest/ingest-folder.js'
import { appendingStore } from '../replace/appending-store.js'
import { settleIntents } from '../replace/settle-intents.js'
import type { CatalogReport, LakeBackend, LakeStore } from '../lake-backend.js'
import type { Table } from '@minilake/schema'
import type { WrittenFiles } from './write-rows.js'

/** How to put new rows into a lake. */
export interface PublishStagedOptions extends Pick<IngestFilesOptions, 'signal' | 'onCreateOnce'> {
  /** Where data files for a bucket wait until they are uploaded. Default: the system's folder for temporary files. */
  tempFolder?: string
}

/** What became of a lake's table when rows were put into it. */
export interface PublishedRows {
  /** What the partitions of new files already held: the new rows were added to it. */
  earlier: EarlierRows[]
  catalog: CatalogReport
}

/**
 * Has `write` make a table's data files, publishes them and registers the table. A folder's files are written in place; a bucket's in
 * a temporary folder first. Throws an Error before anything is written when the table in the catalog differs from its definition, and
 * when a file cannot be published; run again, files that are there are unchanged.
 */
export async function publishStaged<R extends WrittenFiles>(
  table: Table,
  lake: LakeBackend,
  write: (store: FolderStore) => Promise<R>,
  options: PublishStagedOptions,
): Promise<R & PublishedRows> {
  const { signal } = options
  const before = await lake.registerTables([table], { signal })
  if (before.differences.length > 0) throw new Error(before.differences.join('; '))
  const settle = () => settleIntents([table], lake, { signal })
  await settle()
  const files = isFolder(lake.store)
    ? await write(appendingStore(lake.store, settle))
    : await upload(table, lake, write, options)
  const catalog = files.written > 0 ? await lake.registerTables([table], { signal }) : before
  const earlier = await earlierRows(table, files.newKeys, lake.store)
  return {
    ...files,
    earlier,
    catalog: { ...catalog, changes: [...new Set([...before.changes, ...catalog.changes])] },
  }
}

async function upload<R extends WrittenFiles>(
  table: Table,
  lake: LakeBackend,
  write: (store: FolderStore) => Promise<R>,
  { tempFolder = tmpdir(), ...options }: PublishStagedOptions,
): Promise<R> {
  const temporary = await privateFolder(tempFolder, 'write')
  const folder = join(temporary.path, 'files') // beside the file that names its owner
  try {
    const files = await write(folderStore({ folder }))
    if (files.keys.length === 0) return files
    const isNew = new Set<string>()
    const { published, unchanged, conflicts, unverifiable, failures } = await ingestFolder(folder, lake, {
      ...options,
      tables: [table],
      onObject: ({ key, outcome }) => void (outcome === 'published' && isNew.add(key)),
    })
    const [trouble] = [...failures, ...conflicts, ...unverifiable]
    if (trouble) {
      throw new Error(
        `table ${table.name}: ${published + unchanged} of ${files.keys.length} data files are in ${lake.store.location}/, the others could not be published: ${trouble.reason}`,
        { cause: trouble.error },
      )
    }
    return { ...files, written: published, unchanged, newKeys: files.keys.filter((key) => isNew.has(key)) }
  } finally {
    await temporary.remove()
  }
}

function isFolder(store: LakeStore): store is LakeStore & FolderStore {
  return store.stage !== undefined
}
