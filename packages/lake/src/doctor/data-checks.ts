import { query, tableSummary } from '@minilake/analytics'
import type { ObjectStore } from '@minilake/ingest'
import { checkFooter, type Footer, readFooter } from '@minilake/parquet'
import { columnsOf, quoteIdentifier, quoteLiteral, sqlTableName, type Table } from '@minilake/schema'
import { BrokenLink, type Link } from './diagnose.js'
import { dataFilesOf, type LakeBackend, withEngine } from '../lake-backend.js'
import { count } from '../text.js'

/** The link from the data files to the engine: the first of each table fits it, and the engine reads all of them. */
export function filesLink(
  lake: Pick<LakeBackend, 'store' | 'tables' | 'openEngine'>,
  signal: AbortSignal,
): Link {
  return {
    name: 'files',
    check: async () => {
      let [files, rows] = [0, 0n]
      for (const table of lake.tables) {
        let filesOfTable = 0
        for await (const { key } of dataFilesOf(table, lake.store)) {
          if (filesOfTable++ === 0) await checkStoredFile(table, key, lake.store)
        }
        files += filesOfTable
        rows += filesOfTable === 0 ? 0n : await rowsOf(table, lake, signal)
      }
      return `${count(files, 'data file')}, ${count(rows, 'row')}`
    },
  }
}

/**
 * The link from a file's times to the engine's: the first reading of a file by its footer is what the engine reads, and not hours
 * off. `locationOf` gives a key's URL as the engine's column `"$path"` has it.
 */
export function timeZoneLink(
  lake: Pick<LakeBackend, 'store' | 'tables' | 'openEngine'>,
  { locationOf, signal }: { locationOf: (key: string) => string; signal: AbortSignal },
): Link {
  const firstRead = async (table: Table, time: string, key: string) => {
    const first = query(
      `SELECT min(${quoteIdentifier(time)}) AS first_reading FROM ${sqlTableName(table)}\nWHERE "$path" = ${quoteLiteral(locationOf(key))}`,
      { first_reading: { type: 'timestamp', nullable: true } },
    )
    return withEngine(lake, [table], async (engine) => {
      for await (const { first_reading } of engine.query(first, { signal })) return first_reading
      return null
    })
  }
  return {
    name: 'time zone',
    check: async () => {
      for (const table of lake.tables) {
        const [time] = columnsOf(table).find(([, { type }]) => type === 'timestamp') ?? []
        if (time === undefined) continue
        for await (const { key } of dataFilesOf(table, lake.store)) {
          const { columns } = await footerOf(key, lake.store)
          const written = columns.find(({ name }) => name === time)?.min
          if (!(written instanceof Date)) continue
          const read = await firstRead(table, time, key)
          if (read?.getTime() === written.getTime())
            return `a reading of ${written.toISOString()} is read as that`
          throw new BrokenLink(
            `times are read in another zone than UTC: the first reading of ${key} is of ${written.toISOString()}, and read as ${read?.toISOString() ?? 'nothing'}`,
            { fix: "set hive.parquet.time-zone=UTC in Trino's catalog hive" },
          )
        }
      }
      return 'no file to tell it by'
    },
  }
}

/** An error in a line. */
export function messageOf(cause: unknown): string {
  return String(cause instanceof Error ? cause.message : cause).split('\n')[0] as string
}

const publishAnew = 'publish it anew (minilake ingest --overwrite), or remove it'

async function checkStoredFile(table: Table, key: string, store: ObjectStore): Promise<void> {
  try {
    checkFooter(table, await footerOf(key, store))
  } catch (cause) {
    throw new BrokenLink(`${store.location}/${key}: ${messageOf(cause)}`, { fix: publishAnew, cause })
  }
}

async function rowsOf(
  table: Table,
  lake: Pick<LakeBackend, 'openEngine'>,
  signal: AbortSignal,
): Promise<bigint> {
  try {
    return await withEngine(lake, [table], async (engine) => {
      for await (const { rows } of engine.query(tableSummary(table), { signal })) return rows
      return 0n
    })
  } catch (cause) {
    signal.throwIfAborted()
    const message = messageOf(cause)
    throw new BrokenLink(`table ${table.name} cannot be read: ${message}`, {
      // Only a file that the error names is to blame; else it is the way to the files.
      fix: /\.parquet/.test(message)
        ? 'look at the file that it names: publish it anew (minilake ingest --overwrite), or remove it'
        : "look at the engine's log, and at the keys and the endpoint that it has for S3",
      cause,
    })
  }
}

async function footerOf(key: string, store: ObjectStore): Promise<Footer> {
  // A copy: the slices of Node's buffers are views of what may be larger than the file.
  const { buffer } = new Uint8Array(await store.read(key))
  return readFooter(buffer)
}
