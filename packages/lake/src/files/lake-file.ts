import { type ObjectStore, ObjectStoreError, type StoredObject } from '@minilake/ingest'
import type { Footer } from '@minilake/parquet'
import { columnsOf, type Table } from '@minilake/schema'
import { importsOf } from './imports-of.js'
import { storedFooter } from './stored-footer.js'

/** A data file of a table. */
export interface LakeFile {
  key: string
  /** Null when the file cannot be read; `error` then says why. */
  rows: number | null
  /** Times of the first and the last reading; null without readings, for a table without times, and when unknown. */
  first: Date | null
  last: Date | null
  /** Bytes. */
  size: number
  /** When it was published; null if the store does not say. */
  published: Date | null
  /** IDs of the imports that its rows come from; none for simulated files. */
  imports: string[]
  error?: string
}

/** Describes a stored data file by its footer. Rejects as the store does, but not for this file alone. */
export async function lakeFile(
  table: Table,
  object: StoredObject,
  store: Pick<ObjectStore, 'slice'>,
): Promise<LakeFile> {
  const { key, size, modified } = object
  const unknown = { rows: null, first: null, last: null, imports: [] }
  const file: LakeFile = { ...unknown, key, size, published: modified ?? null }
  const footer = await readableFooter(object, store)
  if (footer instanceof Error) return { ...file, error: footer.message }
  const [time] = columnsOf(table).find(([, { type }]) => type === 'timestamp') ?? []
  const { min, max } = footer.columns.find(({ name }) => name === time) ?? {}
  return {
    ...file,
    rows: footer.rowCount,
    first: min instanceof Date ? min : null,
    last: max instanceof Date ? max : null,
    imports: importsOf(footer),
  }
}

/**
 * The footer of a stored file, or the Error that says why this file cannot be read: it is no whole Parquet file, may not be read, or is
 * gone. Rejects with any other failure of the store, which says nothing about the file.
 */
export async function readableFooter(
  object: Pick<StoredObject, 'key' | 'size'>,
  store: Pick<ObjectStore, 'slice'>,
): Promise<Footer | Error> {
  let failure: { cause: unknown } | undefined
  const slice: ObjectStore['slice'] = (...range) =>
    store.slice(...range).catch((cause: unknown) => {
      failure = { cause }
      throw cause
    })
  try {
    return await storedFooter(object, { slice })
  } catch (error) {
    if (failure && !isOfOneObject(failure.cause)) throw failure.cause
    return error as Error
  }
}

/** Codes of S3 and of the file system for an object that may not be read, is gone, or lies on a bad sector. */
const codesOfOneObject: ReadonlySet<string> = new Set([
  ...['AccessDenied', 'NoSuchKey'],
  ...['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EIO'],
])

function isOfOneObject(error: unknown): boolean {
  return error instanceof ObjectStoreError && codesOfOneObject.has(error.code ?? '')
}
