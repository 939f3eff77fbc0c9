import { join, resolve } from 'node:path'
import { duckDbRowsInFileOrder, duckDbStatements } from '@minilake/catalog'
import { folderStore } from '@minilake/ingest'
import { lakeNames, type Table } from '@minilake/schema'
import { defaultResumeAfterSeconds, isEmptyTable, type LakeBackend } from '../lake-backend.js'
import { checkedEngine } from './checked-engine.js'
import type { DuckDbLimits } from './duckdb-limits.js'
import { shapeChecks } from '../register/shape-checks.js'
import { duckDbRowOrder } from './duckdb-row-order.js'

/**
 * A lake on this machine: objects are files below `folder`, under the same keys as in S3, and DuckDB is the engine. An engine that
 * was opened for some tables is not affected by a damaged file of another.
 */
export function embeddedLake(
  tables: readonly Table[],
  {
    folder,
    duckDb = {},
    resumeAfterSeconds = defaultResumeAfterSeconds,
  }: { folder: string; duckDb?: DuckDbLimits; resumeAfterSeconds?: number | undefined },
): LakeBackend {
  const store = folderStore({ folder: join(folder, lakeNames.bucket) })
  const shapeDifference = shapeChecks(() => store, 'spread')
  const differencesOf = async (wanted: readonly Table[]) => {
    const differences: string[] = []
    for (const table of wanted) {
      const difference = await shapeDifference(table, 0)
      if (difference !== undefined) differences.push(difference)
    }
    return differences
  }
  const catalogStatements = async (wanted = tables) => {
    const emptyTables: string[] = []
    for (const table of wanted) if (await isEmptyTable(table, store)) emptyTables.push(table.name)
    return duckDbStatements(wanted, { root: resolve(store.location), emptyTables })
  }
  return {
    profile: 'embedded',
    tables,
    store,
    resumeAfterSeconds,
    shapeDifference,
    catalogStatements,
    registerTables: async (wanted) => ({
      statements: await catalogStatements(wanted),
      changes: [],
      differences: await differencesOf(wanted),
    }),
    openEngine: async (wanted = tables) => {
      const check = async () => {
        const [difference] = await differencesOf(wanted)
        if (difference !== undefined) throw new Error(difference)
      }
      await check()
      // DuckDB is 70 MB of native code, so it loads only when a query needs it.
      const { duckDbEngine } = await import('@minilake/analytics/duckdb')
      return checkedEngine(duckDbEngine({ ...duckDb, setup: await catalogStatements(wanted) }), check)
    },
    openEngineOver: async (table, keys) => {
      const { duckDbEngine } = await import('@minilake/analytics/duckdb')
      const files = new Map([[table.name, keys]])
      return duckDbEngine({
        ...duckDb,
        setup: duckDbStatements([table], { root: resolve(store.location), files }),
      })
    },
    rowOrderOf: duckDbRowOrder(store.location),
    rowsInFileOrder: async (table) =>
      (await isEmptyTable(table, store))
        ? undefined
        : duckDbRowsInFileOrder(table, { root: resolve(store.location) }),
  }
}
