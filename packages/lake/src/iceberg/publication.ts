import type { PlacedRows } from '../write/rows-target.js'
import type { IcebergFile } from './iceberg-file.js'

/** Data files whose rows go into an Iceberg table. */
export interface Publication {
  files: readonly IcebergFile[]
  waiting: Waiting
  signal: AbortSignal
}

/** What became of the files: those with the keys `isNew` are new. */
export function placed({ importId, keys, bytes }: Waiting, isNew: ReadonlySet<string>): PlacedRows {
  const newKeys = keys.filter((key) => isNew.has(key))
  return { importId, written: newKeys.length, unchanged: keys.length - newKeys.length, bytes, keys, newKeys }
}

/** Data files that wait in a folder. */
export interface Waiting {
  folder: string
  importId: string
  keys: string[]
  bytes: number
  /** Rows that a later row of the same source replaced; mode `merge` only. */
  duplicates: number
}
