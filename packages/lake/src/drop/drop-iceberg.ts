import type { StoredObject } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { changesPrefix } from '../iceberg/change-record.js'
import { dataFilesOfIceberg } from '../iceberg/data-files.js'
import type { LakeBackend } from '../lake-backend.js'
import { unregisterTable } from '../register/unregister-table.js'
import { truthFilesOf } from '../truth/truth-file.js'
import type { DropReport } from './drop-report.js'

/**
 * Unregisters an Iceberg table; with `data`, Trino also deletes what is below its location, and its truth and the records of its
 * changes go. Files below the table's name in the bucket are not its own and stay.
 */
export async function dropIceberg(
  table: Table,
  lake: Pick<LakeBackend, 'servers' | 'store'>,
  how: { data: boolean; remove: boolean; isInCatalog: boolean | null; signal: AbortSignal },
): Promise<DropReport> {
  const { data, remove, isInCatalog, signal } = how
  const { servers, store } = lake
  let stored = { files: 0, bytes: 0 }
  if (servers && data && isInCatalog === true) {
    const engine = await servers.openCatalogEngine()
    try {
      stored = await dataFilesOfIceberg(table, engine, signal)
    } finally {
      await engine.close()
    }
  }
  const truths: StoredObject[] = []
  if (data) for await (const truth of truthFilesOf(table, store)) truths.push(truth)
  if (remove) {
    if (servers && isInCatalog === true)
      await unregisterTable(table, { servers, data, undone: 'dropped', signal })
    for (const { key } of truths) await store.remove(key)
    if (data) for await (const { key } of store.list(changesPrefix(table))) await store.remove(key)
  }
  return {
    ...{ table: table.name, isRegistered: isInCatalog, isDropped: remove },
    ...stored,
    ...{ truths: truths.length, leftovers: 0, untouched: [] },
  }
}
