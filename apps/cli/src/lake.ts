import { join, resolve } from 'node:path'
import type { SqlEngine } from '@minilake/analytics'
import { duckDbStatements, hiveStatements } from '@minilake/catalog'
import { type FolderStore, folderStore } from '@minilake/ingest'
import { isDataFileKey, lakeNames, type Table, tablePrefix } from '@minilake/schema'
import { UsageError } from './usage-error.js'

/** Where a lake lives: `embedded` is a folder and DuckDB, `stack` is S3 and Trino. */
export const profiles = ['embedded', 'stack'] as const

/** One of `profiles`. */
export type Profile = (typeof profiles)[number]

/** The folder of the embedded lake. */
export const embeddedFolder = 'lake'

/** A lake as the commands use it. */
export interface Lake {
  readonly profile: Profile
  readonly tables: readonly Table[]
  /** The bucket, or the folder that stands for it. */
  readonly store: FolderStore
  /** The statements that make the tables known to the profile's engine. */
  catalogStatements(): Promise<string[]>
  /** An engine in which the tables are known; to be closed. */
  openEngine(): Promise<SqlEngine>
}

/** The lake of a profile. The embedded one lies in `lake/`, its keys those of the bucket in S3. */
export function lakeOf(profile: Profile, tables: readonly Table[], folder: string): Lake {
  if (profile === 'stack') return stackLake(tables)
  const bucketFolder = join(embeddedFolder, lakeNames.bucket)
  const store = folderStore({ folder: bucketFolder })
  const catalogStatements = async () =>
    duckDbStatements(tables, {
      root: resolve(folder, bucketFolder),
      emptyTables: await emptyTables(tables, store),
    })
  return {
    profile,
    tables,
    store,
    catalogStatements,
    openEngine: async () => {
      // DuckDB is 70 MB of native code: commands that ask nothing do not load it.
      const { duckDbEngine } = await import('@minilake/analytics/duckdb')
      return duckDbEngine({ setup: await catalogStatements() })
    },
  }
}

// Of the stack only the catalog's text is there yet; everything that would reach a server says so.
function stackLake(tables: readonly Table[]): Lake {
  const notYet = () => {
    throw new UsageError(
      'profile stack can only print its catalog in this version (minilake catalog --profile stack): leave --profile out to use the embedded lake',
    )
  }
  return {
    profile: 'stack',
    tables,
    get store() {
      return notYet()
    },
    catalogStatements: () => Promise.resolve(hiveStatements(tables)),
    openEngine: notYet,
  }
}

/** The names of the tables that have no data file. */
async function emptyTables(tables: readonly Table[], store: FolderStore): Promise<string[]> {
  const found = await Promise.all(
    tables.map(async (table) => {
      for await (const { key } of store.list(tablePrefix(table))) if (isDataFileKey(table, key)) return []
      return [table.name]
    }),
  )
  return found.flat()
}
