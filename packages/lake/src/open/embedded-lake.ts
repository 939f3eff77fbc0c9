import { join, resolve } from 'node:path'
import { duckDbStatements } from '@minilake/catalog'
import { folderStore } from '@minilake/ingest'
import { lakeNames, type Table } from '@minilake/schema'
import { isEmptyTable, type LakeBackend } from '../lake-backend.js'
import { duckDbRowOrder } from '../verify/compare-row-order.js'
import { count } from '../text.js'

/**
 * The lake on this machine: files in a folder, their keys those of the bucket in S3, and DuckDB, for which a damaged file of another
 * table does not matter.
 */
export function embeddedLake(tables: readonly Table[], { folder }: { folder: string }): LakeBackend {
  const store = folderStore({ folder: join(folder, lakeNames.bucket) })
  const catalogStatements = async (wanted = tables) => {
    const emptyTables: string[] = []
    for (const table of wanted) if (await isEmptyTable(table, store)) emptyTables.push(table.name)
    return duckDbStatements(wanted, { root: resolve(store.location), emptyTables })
  }
  return {
    tables,
    store,
    knownText: ({ statements }) =>
      `${count(statements.length, 'statement')} make the tables known to DuckDB (minilake catalog prints them)`,
    catalogStatements,
    registerTables: async (wanted) => ({
      statements: await catalogStatements(wanted),
      changes: [],
      differences: [],
    }),
    openEngine: async (wanted) => {
      // DuckDB is 70 MB of native code: commands that ask nothing do not load it.
      const { duckDbEngine } = await import('@minilake/analytics/duckdb')
      return duckDbEngine({ setup: await catalogStatements(wanted) })
    },
    rowOrderOf: duckDbRowOrder(store.location),
  }
}
