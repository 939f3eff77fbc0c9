import { eventTimeColumn, type Table } from '@minilake/schema'
import { dataFilesOf, type LakeStore } from '../lake-backend.js'
import { inDaysOf } from './in-days-of.js'
import { type LakeFile, lakeFile } from './lake-file.js'
import { mappedInOrder } from './mapped-in-order.js'

/** Which data files of a table to list. */
export interface ListFilesOptions {
  /** First moment; files whose readings all lie before it are left out. */
  from?: Date
  /** The moment after the last; files whose readings all lie at or after it are left out. */
  to?: Date
  signal: AbortSignal
}

/**
 * The data files of a table with their rows and times, ordered by key. Reads a few KiB of each file, and none of partitions outside the
 * range; a damaged file has no times and is always listed. Throws a TypeError for a range of a table without times; rejects as the store
 * does, and with the signal's reason.
 */
export function listFiles(
  table: Table,
  store: LakeStore,
  { from, to, signal }: ListFilesOptions,
): AsyncIterable<LakeFile> {
  const time = from || to ? eventTimeColumn(table) : undefined
  const mayHoldRange = inDaysOf(table, { ...(from && { from }), ...(to && { to }) })
  const candidates = async function* () {
    for await (const object of dataFilesOf(table, store)) {
      signal.throwIfAborted()
      if (mayHoldRange(object.key)) yield object
    }
  }
  return (async function* () {
    for await (const file of mappedInOrder(candidates(), (object) => lakeFile(table, object, store))) {
      const { rows, first, last } = file
      if (time !== undefined && rows === 0) continue
      if (from && last && last < from) continue
      if (to && first && first >= to) continue
      yield file
    }
  })()
}
