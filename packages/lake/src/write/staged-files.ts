import type { ByteStream, FolderStore, Identity, StagedObject } from '@minilake/ingest'
import { createdBy } from '@minilake/parquet'
import { hasRows } from '../files/has-rows.js'
import type { FileRows, FileStage } from './stage-file.js'

/** Files that are written out of sight, and appear under their names together. */
export interface StagedFiles extends FileStage<string> {
  /**
   * Writes a file whose key depends on its content; resolves with the key. With its rows, which are asked for when all bytes are written,
   * a data file with other bytes and the same rows is the same content.
   */
  add(bytes: ByteStream, keyOf: (identity: Identity) => string, rows?: FileRows): Promise<string>
  /**
   * Gives all files their names; resolves with the keys that are new. A key that holds the same content is left alone. Rejects before
   * the first file is named when a key holds other content.
   */
  name(): Promise<ReadonlySet<string>>
  /** Bytes of the files under these keys. */
  bytesOf(keys: readonly string[]): number
  /** Removes what has no name. */
  discard(): Promise<void>
}

/** Stages files in a folder. Nothing gets its name before everything is on the disk. Rejects with the signal's reason. */
export function stagedFiles(store: FolderStore, { signal }: { signal: AbortSignal }): StagedFiles {
  const staged: { key: string; object: StagedObject; rows: FileRows | undefined }[] = []

  /** Whether the store holds a key with the content that its name stands for. Throws an Error for other content. */
  const isThere = async ({ key, object, rows }: (typeof staged)[number]): Promise<boolean> => {
    const found = await store.find(key)
    if (found === undefined) return false
    if (found.size === object.size && (await found.etag()) === object.etag) return true
    if (rows !== undefined) {
      const { size } = object
      const file = { size, createdBy, rowsSha256: rows.rowsSha256(), imports: rows.imports }
      if (await hasRows(found, file, store)) return true
    }
    throw new Error(
      `the content of ${store.location}/${key} is not what its name says: remove the file and try again`,
    )
  }

  return {
    add: async (bytes, keyOf, rows) => {
      const object = await store.stage(bytes, { signal })
      const key = keyOf(object)
      staged.push({ key, object, rows })
      return key
    },
    name: async () => {
      const missing: typeof staged = []
      for (const each of staged) if (!(await isThere(each))) missing.push(each)
      const named = new Set<string>()
      signal.throwIfAborted() // for the last time: from here on, the files appear together
      const waiting = missing.values()
      const nameAll = async () => {
        for (const file of waiting) {
          const { key, object } = file
          if (await object.name(key)) named.add(key)
          else if (!(await isThere(file)))
            throw new Error(`${store.location}/${key} was created and removed by another process: try again`)
        }
      }
      // Four at a time, because each waits until the disk has its content.
      const lanes = await Promise.allSettled(Array.from({ length: 4 }, nameAll))
      for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
      return named
    },
    bytesOf: (keys) => {
      const wanted = new Set(keys)
      return staged.reduce((sum, { key, object }) => sum + (wanted.has(key) ? object.size : 0), 0)
    },
    discard: async () => {
      for (const { object } of staged) await object.discard()
    },
  }
}
