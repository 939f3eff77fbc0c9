import { truthPrefix } from '@minilake/generator'
import { describeValue } from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import { readIfThere } from '../files/read-if-there.js'
import type { LakeStore } from '../lake-backend.js'

/** Folder of a lake's intents, and of the marks of its tables. Engines read nothing below it, as its name starts with `_`. */
export const intentPrefix = '_intents/'

/** What the folders of table locks begin with: those of no partition. */
export const tableLockPrefix = '_table/'

/** A data file that a replacement publishes. */
export interface AddedFile {
  key: string
  /** Bytes. */
  size: number
  etag: string
  /** SHA-256 of its bytes in hexadecimal, and their CRC32 in base64, for buckets whose ETags say nothing. Absent in a folder. */
  sha256?: string
  crc32?: string
  /** Whether the same file was there before, so that going back keeps it. */
  wasThere: boolean
  /** Whether it takes the place of a file whose rows it has, so that going back may keep it. Default false. */
  overwrites?: boolean
}

/** What is to become of the files of one partition, or of an unpartitioned table. It is written before the first of them is touched. */
export interface Intent {
  /** A random UUID. */
  id: string
  /** Name of the table. */
  table: string
  /** Key prefix of the partition, or of the unpartitioned table: `turbine/event_date=2026-01-05/`. */
  folder: string
  /** Files that are to be there. */
  add: readonly AddedFile[]
  /** Keys that are to go once all of `add` are there: data files, and the truth files that describe them. */
  remove: readonly string[]
  /** When it was written, in ISO 8601. */
  startedAt: string
}

/** The key of the intent for a folder. Only one can exist at a time: it is the folder's lock. */
export function intentKey(folder: string): string {
  return `${intentPrefix}${folder}intent.json`
}

/**
 * The intent for a folder, if there is one. Rejects with an Error when the object is no intent, or names files of other folders: whoever
 * completes an intent removes what it names.
 */
export async function readIntent(store: LakeStore, folder: string): Promise<Intent | undefined> {
  const key = intentKey(folder)
  const text = await readIfThere(store, key)
  if (text === undefined) return undefined
  const value = parsed(text)
  if (!isIntent(value))
    throw new Error(
      `${store.location}/${key} expected an intent of minilake, got ${describeValue(value)}: ${removalHint}`,
    )
  const stray = [
    value.folder,
    ...value.add.map(({ key }) => folderOf(key)),
    ...value.remove.map(describedFolder),
  ].find((named) => named !== folder)
  if (stray !== undefined)
    throw new Error(
      `${store.location}/${key} expected files of ${folder}, got some of ${describeValue(stray)}: ${removalHint}`,
    )
  return value
}

const removalHint = 'nothing was changed; remove it if no minilake is at work'

/** The folder of a data file, or of the data file that a truth file describes. */
function describedFolder(key: string): string {
  return folderOf(key.startsWith(truthPrefix) ? key.slice(truthPrefix.length) : key)
}

/** The folders that have an intent, below a key prefix: those of a table, or of the lake (''). */
export async function intentFolders(store: LakeStore, prefix: string): Promise<string[]> {
  const folders: string[] = []
  for await (const { key } of store.list(`${intentPrefix}${prefix}`))
    if (key.endsWith('/intent.json')) folders.push(key.slice(intentPrefix.length, -'intent.json'.length))
  return folders
}

export function intentBytes(intent: Intent): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(intent, undefined, 2)}\n`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function isIntent(value: unknown): value is Intent {
  if (typeof value !== 'object' || value === null) return false
  const { id, table, folder, add, remove, startedAt } = value as Record<keyof Intent, unknown>
  return (
    [id, table, folder, startedAt].every((text) => typeof text === 'string') &&
    Array.isArray(remove) &&
    remove.every((key) => typeof key === 'string') &&
    Array.isArray(add) &&
    add.every(isAddedFile)
  )
}

function isAddedFile(value: unknown): value is AddedFile {
  if (typeof value !== 'object' || value === null) return false
  const { key, size, etag, wasThere } = value as Record<keyof AddedFile, unknown>
  return (
    typeof key === 'string' &&
    typeof etag === 'string' &&
    Number.isSafeInteger(size) &&
    typeof wasThere === 'boolean'
  )
}
