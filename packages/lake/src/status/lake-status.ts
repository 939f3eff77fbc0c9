import { tableSummary } from '@minilake/analytics'
import { folderStore, type ObjectStore } from '@minilake/ingest'
import type { LakeProfile, Table } from '@minilake/schema'
import { fileFailure } from '../files/file-failure.js'
import { keyDigits } from '../iceberg/batch.js'
import { dataFilesOfIceberg, keysInIceberg } from '../iceberg/data-files.js'
import { isIceberg } from '../iceberg/is-iceberg.js'
import { dataFilesOf, type LakeBackend, withEngine } from '../lake-backend.js'
import { PartDownError } from '../part-down-error.js'

/** What a lake holds. */
export interface LakeStatus {
  profile: LakeProfile
  /** The folder of data files that wait to be ingested. */
  out: string
  /** The folder or the URL of the bucket that the lake's objects are in. */
  location: string
  tables: TableStatus[]
}

/** What a table holds. */
export interface TableStatus {
  table: string
  /** Data files that wait in `out`, and how many of them the lake lacks. */
  out: { files: number; notInLake: number }
  lake: {
    files: number
    bytes: number
    /** Null when the engine cannot read the table; `error` then says why. */
    rows: bigint | null
    /** Times of the first and the last reading; null without readings, or for a table without times. */
    first: Date | null
    last: Date | null
  }
  error?: Error
}

/**
 * Counts the data files and the rows of every table. A table that the engine cannot read is reported with its error. Once a part of
 * the stack is down, the engine is not asked about the other tables: they have the same error.
 */
export async function lakeStatus(
  lake: LakeBackend,
  { out, signal }: { out: string; signal: AbortSignal },
): Promise<LakeStatus> {
  const waiting = folderStore({ folder: out })
  const tables: TableStatus[] = []
  for (const table of lake.tables) {
    const down = tables.find(({ error }) => error instanceof PartDownError)?.error
    tables.push(await tableStatus(table, { lake, out: waiting, down, signal }))
  }
  return { profile: lake.profile, out, location: lake.store.location, tables }
}

async function tableStatus(
  table: Table,
  {
    lake,
    out,
    down,
    signal,
  }: { lake: LakeBackend; out: ObjectStore; down: Error | undefined; signal: AbortSignal },
): Promise<TableStatus> {
  const waiting = await sizesOf(table, out)
  const stored = isIceberg(lake, table) ? new Map<string, number>() : await sizesOf(table, lake.store)
  const status: TableStatus = {
    table: table.name,
    out: { files: waiting.size, notInLake: [...waiting.keys()].filter((key) => !stored.has(key)).length },
    lake: {
      files: stored.size,
      bytes: [...stored.values()].reduce((sum, size) => sum + size, 0),
      rows: null,
      first: null,
      last: null,
    },
  }
  if (down) return { ...status, error: down }
  try {
    await withEngine(lake, [table], async (engine) => {
      for await (const row of engine.query(tableSummary(table), { signal })) Object.assign(status.lake, row)
      if (!isIceberg(lake, table)) return
      Object.assign(status.lake, await dataFilesOfIceberg(table, engine, signal))
      const known = await keysInIceberg(table, engine, signal)
      status.out.notInLake = [...waiting.keys()].filter((key) => !known.has(keyDigits(key))).length
    })
  } catch (error) {
    signal.throwIfAborted()
    const failure = await fileFailure(error, lake, [table])
    status.error = failure instanceof Error ? failure : new Error(String(failure))
  }
  return status
}

/** The sizes of a table's data files in a store, by key. */
async function sizesOf(table: Table, store: ObjectStore): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for await (const { key, size } of dataFilesOf(table, store)) found.set(key, size)
  return found
}
