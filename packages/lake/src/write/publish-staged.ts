import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FolderStore, folderStore } from '@minilake/ingest'
import { ingestFolder, type IngestFilesOptions } from '../ingest/ingest-folder.js'
import type { CatalogReport, LakeBackend, LakeStore } from '../lake-backend.js'
import type { Table } from '@minilake/schema'
import type { WrittenFiles } from './write-rows.js'

/** How to put new rows into a lake. */
export interface PublishStagedOptions extends Pick<IngestFilesOptions, 'signal' | 'onCreateOnce'> {
  /** Where data files for a bucket wait until they are uploaded. Default: the system's folder for temporary files. */
  tempFolder?: string
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
): Promise<R & { catalog: CatalogReport }> {
  const { signal } = options
  const before = await lake.registerTables([table], { signal })
  if (before.differences.length > 0) throw new Error(before.differences.join('; '))
  const files = isFolder(lake.store) ? await write(lake.store) : await upload(table, lake, write, options)
  const catalog = files.written > 0 ? await lake.registerTables([table], { signal }) : before
  return { ...files, catalog: { ...catalog, changes: [...new Set([...before.changes, ...catalog.changes])] } }
}

async function upload<R extends WrittenFiles>(
  table: Table,
  lake: LakeBackend,
  write: (store: FolderStore) => Promise<R>,
  { tempFolder = tmpdir(), ...options }: PublishStagedOptions,
): Promise<R> {
  const folder = await mkdtemp(join(tempFolder, 'minilake-write-'))
  try {
    const files = await write(folderStore({ folder }))
    if (files.keys.length === 0) return files
    const { published, unchanged, conflicts, unverifiable, failures } = await ingestFolder(
      folder,
      lake,
      options,
    )
    const [trouble] = [...failures, ...conflicts, ...unverifiable]
    if (trouble) {
      throw new Error(
        `table ${table.name}: ${published + unchanged} of ${files.keys.length} data files are in ${lake.store.location}/, the others could not be published: ${trouble.reason}`,
        { cause: trouble.error },
      )
    }
    return { ...files, written: published, unchanged }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function isFolder(store: LakeStore): store is LakeStore & FolderStore {
  return store.stage !== undefined
}
