import { QueryError, type SqlEngine } from '@minilake/analytics'
import { hiveSchema, hiveTable, registerPartition, unregisterPartition } from '@minilake/catalog'
import {
  isDataFileKey,
  parsePartitionPath,
  partitionsOf,
  sqlTableName,
  type Table,
  tablePrefix,
} from '@minilake/schema'
import type { FolderCatalog, LakeStore } from '../lake-backend.js'
import { executeUnlessDone } from './execute-unless-done.js'
import { isTableGone } from './is-table-gone.js'

/**
 * The folders of one table in Trino's catalog: partitions by their values, and the unpartitioned table as a whole. It must be an external
 * table, whose files stay when it is dropped; `registerTables` reports any other.
 */
export function folderCatalog(
  table: Table,
  { engine, store, location }: { engine: Pick<SqlEngine, 'execute'>; store: LakeStore; location: string },
): FolderCatalog {
  const isPartitioned = partitionsOf(table).length > 0
  const valuesOf = (folder: string) => parsePartitionPath(folder.slice(tablePrefix(table).length))

  /** Runs a statement; whether its effect is there already is for the engine to say. */
  const execute = async (statement: string, already: string) => {
    await engine.execute(statement).catch((error: unknown) => {
      const isDone = error instanceof QueryError && error.errorName === already
      if (!isDone && !isTableGone(error)) throw error
    })
  }
  const hasFiles = async (folder: string) => {
    for await (const { key } of store.list(folder)) if (isDataFileKey(table, key)) return true
    return false
  }

  return {
    unregister: (folder) =>
      isPartitioned
        ? execute(unregisterPartition(table, valuesOf(folder)), 'NOT_FOUND')
        : execute(`DROP TABLE IF EXISTS ${sqlTableName(table)}`, 'NOT_FOUND'),
    register: async (folder) => {
      if (!isPartitioned) {
        await executeUnlessDone(hiveSchema({ location }), engine)
        await executeUnlessDone(hiveTable(table, { location }), engine)
      } else if (await hasFiles(folder)) {
        await execute(registerPartition(table, valuesOf(folder)), 'ALREADY_EXISTS')
      }
    },
  }
}
