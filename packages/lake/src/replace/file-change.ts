import type { FolderCatalog, LakeStore } from '../lake-backend.js'
import type { AddedFile } from './intent.js'

/** A data file that waits outside the lake. */
export interface NewFile extends Omit<AddedFile, 'wasThere'> {
  /** Writes it under a key, which is its own or one that readers do not see. Returns false if the key is taken, unless it is to be overwritten. */
  publish(key: string, options?: { overwrite: boolean; signal: AbortSignal }): Promise<boolean>
}

/** What becomes of the files of a folder. */
export interface FileChange {
  add: readonly NewFile[]
  /** Keys of files that go: data files of the folder, and truth files. */
  remove: readonly string[]
}

/** Where files are replaced. */
export interface ReplacedLake {
  store: LakeStore
  /** Absent in the embedded profile, which lists files each time. */
  catalog?: FolderCatalog | undefined
}
