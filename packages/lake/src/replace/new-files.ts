import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateFolder } from '@minilake/import'
import { folderStore, localFile } from '@minilake/ingest'
import type { LakeStore } from '../lake-backend.js'
import type { FileRows, FileStage } from '../write/stage-file.js'
import type { NewFile } from './file-change.js'

/** A new data file, and its rows. */
export interface NewDataFile extends NewFile, FileRows {}

/** New data files of replacements, which wait out of sight until they are published. */
export interface NewFiles extends FileStage<NewDataFile> {
  /** Removes what was not published. */
  discard(): Promise<void>
}

/** Keeps new files hidden in the lake's folder, where a name publishes them; those for a bucket are in a temporary folder. */
export async function newFiles(
  store: LakeStore,
  { tempFolder = tmpdir(), signal }: { tempFolder?: string | undefined; signal: AbortSignal },
): Promise<NewFiles> {
  return store.stage === undefined
    ? await filesForBucket(store, tempFolder, signal)
    : filesInFolder(store.stage.bind(store), signal)
}

function filesInFolder(stage: NonNullable<LakeStore['stage']>, signal: AbortSignal): NewFiles {
  const discards: (() => Promise<void>)[] = []
  return {
    add: async (bytes, keyOf, rows) => {
      const staged = await stage(bytes, { signal })
      const { size, etag } = staged
      discards.push(() => staged.discard())
      return { size, etag, ...rows, key: keyOf({ size, etag }), publish: (key) => staged.name(key) }
    },
    discard: async () => {
      for (const discard of discards) await discard()
    },
  }
}

async function filesForBucket(store: LakeStore, tempFolder: string, signal: AbortSignal): Promise<NewFiles> {
  const temporary = await privateFolder(tempFolder, 'write')
  const folder = join(temporary.path, 'files') // beside the file that names its owner
  const waiting = folderStore({ folder })
  let count = 0
  return {
    add: async (bytes, keyOf, rows) => {
      const staged = await waiting.stage(bytes, { signal })
      const name = `${(count += 1)}.parquet`
      await staged.name(name)
      const { size, etag } = staged
      const file = await localFile(folder, name)
      const sha256 = await file?.sha256()
      const crc32 = await file?.checksum('CRC32')
      const checksums = { ...(sha256 && { sha256 }), ...(crc32 && { crc32 }) }
      const publish: NewFile['publish'] = async (key, options) => {
        const file = await localFile(folder, name)
        if (file === undefined)
          throw new Error(`${join(folder, name)} was removed before it was published: try again`)
        const { written } = await store.write(key, file.bytes, {
          ...options,
          signal: options?.signal ? AbortSignal.any([signal, options.signal]) : signal,
          reread: file,
          sha256: () => file.sha256(),
        })
        return written
      }
      return { size, etag, ...checksums, ...rows, key: keyOf({ size, etag }), publish }
    },
    discard: () => temporary.remove(),
  }
}
