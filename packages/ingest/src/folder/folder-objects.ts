import type { ByteStream } from '../bytes/byte-stream.js'
import type { Identity } from '../bytes/etag.js'
import type { ObjectStore, WriteOptions } from '../object-store.js'

/** A folder as an object store. It can also write objects before their keys are known. */
export interface FolderStore extends ObjectStore {
  /** Writes an object that stays hidden until it gets a name: for keys that depend on the content, and for all-or-nothing writes. */
  stage(bytes: ByteStream, options?: Pick<WriteOptions, 'signal'>): Promise<StagedObject>
  /** The time by the clock that `modified` is of: that of a file server, where the folder is on one. */
  now(): Promise<Date | undefined>
  /** Unfinished files in a folder such as 'pump/' (default: everywhere), which are never listed. Includes those of writers still at work. */
  unfinished(below?: string): AsyncIterable<UnfinishedFile>
  /** Rejects unless `replaceFolder` may replace objects of the folder with this key prefix. Changes nothing. */
  checkRemoval(prefix: string): Promise<void>
  /**
   * Replaces objects of the folder with this key prefix by two renames: those of `remove` go, those below `next` come, and all others
   * stay. `next` and `aside` are key prefixes that only this call uses. A reader that lists the folder meanwhile finds the old objects,
   * none, or the new ones. After a crash the same call completes the rest. `check` (default: none) is called before each step that others
   * see; when it rejects, no further step is taken.
   */
  replaceFolder(
    prefix: string,
    replacement: { next: string; aside: string; remove: readonly string[]; check?: () => Promise<void> },
  ): Promise<void>
  /** Removes the folders of these keys that are empty now, but not the folder of the store itself. */
  removeEmptyFolders(keys: readonly string[]): Promise<void>
}

/** A file that a writer has not finished: it is still at work, or was killed. */
export interface UnfinishedFile {
  key: string
  /** Bytes. */
  size: number
  /** When its writer last wrote to it. */
  lastActivity: Date
  /** When it was listed. */
  listedAt: Date
}

/** A complete object that is still hidden. */
export interface StagedObject extends Identity {
  /** Gives it its key, atomically. Returns false if the key is taken. */
  name(key: string): Promise<boolean>
  /** Removes it. Does nothing once it has a name. */
  discard(): Promise<void>
}
