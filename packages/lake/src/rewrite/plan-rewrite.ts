import { BadRowsError } from '@minilake/import'
import { rowsIdentity } from '@minilake/parquet'
import type { StoredObject } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import { dataFilesOf } from '../lake-backend.js'
import { type FilePrefix, parseRowsKey, rowsKey } from '../write/stage-file.js'
import type { ColumnChanges } from '../register/rewrite-mark.js'
import { oldFile, type OldFile } from './old-file.js'
import { reshapeFile, type ReshapeOptions } from './reshape-file.js'

/** The older data files of one partition, or of an unpartitioned table. */
export interface RewrittenFolder {
  /** Key prefix: `turbine/event_date=2026-01-05/`. */
  folder: string
  files: number
  rows: number
  /** Bytes of the older files. */
  bytes: number
}

/** What has to be rewritten. */
export interface RewritePlan {
  /** Ordered by key prefix. */
  folders: RewrittenFolder[]
  /** Number of files that fit the definition. */
  unchanged: number
}

/** The number of rows that are reported if they do not fit. */
const mostRows = 10

/**
 * Reads every older file of a table and finds out what it becomes. Throws a BadRowsError with the number of rows that do not fit, and the
 * first ten of them; and an Error for whatever else keeps a file from being rewritten.
 */
export async function planRewrite(
  table: Table,
  changes: ColumnChanges,
  options: ReshapeOptions,
): Promise<RewritePlan> {
  const { store } = options
  const plan: RewritePlan = { folders: [], unchanged: 0 }
  const bad = { count: 0, rows: [] as BadRowsError['rows'] }
  for await (const { folder, files } of foldersOf(dataFilesOf(table, store))) {
    const found: RewrittenFolder = { folder, files: 0, rows: 0, bytes: 0 }
    const origins = new Map(files.map(({ key }) => [key, key]))
    for (const file of files) {
      const old = await oldFile(table, file, store, changes)
      if (old === undefined) {
        plan.unchanged += 1
        continue
      }
      found.files += 1
      found.rows += old.rows
      found.bytes += file.size
      const key = await newKey(table, old, options).catch((error: unknown) => {
        const { cause } = error as Error
        if (!(cause instanceof BadRowsError)) throw error
        bad.count += cause.count
        bad.rows = [...bad.rows, ...cause.rows].slice(0, mostRows)
      })
      if (key === undefined || key === file.key) continue
      const origin = origins.get(key)
      if (origin !== undefined)
        throw new Error(
          `nothing was rewritten: ${store.location}/${file.key} and ${store.location}/${origin} would have the same rows, so one of them would be lost: remove one of them first`,
        )
      origins.set(key, file.key)
    }
    if (found.files > 0) plan.folders.push(found)
  }
  if (bad.count > 0) throw new BadRowsError(bad.count, bad.rows, 0)
  return plan
}

/** What the name of an older file begins with, if it is named by its rows; undefined for one that keeps its name. */
export function prefixOf({ file }: Pick<OldFile, 'file'>): FilePrefix | undefined {
  return parseRowsKey(file.key)?.prefix
}

/** The key of what an older file becomes; undefined if it has no rows. */
async function newKey(table: Table, old: OldFile, options: ReshapeOptions): Promise<string | undefined> {
  return reshapeFile(table, old, options, ({ partition, batches }) => {
    const identity = rowsIdentity(table)
    for (const batch of batches) identity.add(batch)
    const prefix = prefixOf(old)
    return Promise.resolve(
      prefix === undefined
        ? old.file.key
        : rowsKey(table, { prefix, partition, rowsSha256: identity.finish() }),
    )
  })
}

/** Files folder by folder: those of one folder come one after another, as keys are sorted. */
async function* foldersOf(
  files: AsyncIterable<StoredObject>,
): AsyncGenerator<{ folder: string; files: StoredObject[] }> {
  let current: { folder: string; files: StoredObject[] } | undefined
  for await (const file of files) {
    const folder = folderOf(file.key)
    if (current?.folder === folder) {
      current.files.push(file)
      continue
    }
    if (current) yield current
    current = { folder, files: [file] }
  }
  if (current) yield current
}
