import { query, tableSummary } from '@minilake/analytics'
import type { ObjectStore } from '@minilake/ingest'
import { checkFooter, type Footer, readFooter } from '@minilake/parquet'
import { columnsOf, quoteIdentifier, quoteLiteral, sqlTableName, type Table } from '@minilake/schema'
import { type Check, FailedCheck, firstLine } from './diagnose.js'
import { dataFilesOf, type LakeBackend, withEngine } from '../lake-backend.js'
import { count } from '../text.js'

/** Checks that the first data file of each table fits the table, and that the engine reads all of them. */
export function filesCheck(
  lake: Pick<LakeBackend, 'store' | 'tables' | 'openEngine' | 'shapeDifference'>,
  signal: AbortSignal,
): Check {
  return {
    name: 'files',
    run: async () => {
      let [files, rows] = [0, 0n]
      for (const table of lake.tables) {
        const difference = await lake.shapeDifference(table)
        if (difference !== undefined)
          throw new FailedCheck(difference, {
            fix: `undo the change of the definition of table ${table.name}`,
          })
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
 * Checks that the engine reads times in UTC: the first time in a file's footer must equal the first time that the engine reads from
 * the file. `locationOf` gives the URL of a key as it stands in the engine's column `"$path"`.
 */
export function timeZoneCheck(
  lake: Pick<LakeBackend, 'store' | 'tables' | 'openEngine'>,
  { locationOf, signal }: { locationOf: (key: string) => string; signal: AbortSignal },
): Check {
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
    run: async () => {
      for (const table of lake.tables) {
        const [time] = columnsOf(table).find(([, { type }]) => type === 'timestamp') ?? []
        if (time === undefined) continue
        for await (const { key } of dataFilesOf(table, lake.store)) {
          const { columns } = await footerOf(key, lake.store)
          const written = columns.find(({ name }) => name === time)?.min
          if (!(written instanceof Date)) continue
          const read = await firstRead(table, time, key)
          if (read?.getTime() === written.getTime())
            return `UTC: the reading of ${written.toISOString()} is read as written`
          throw new FailedCheck(
            `the engine reads times in a zone other than UTC: the first reading of ${key} was written as ${written.toISOString()} and read as ${read?.toISOString() ?? 'nothing'}`,
            { fix: "set hive.parquet.time-zone=UTC in Trino's catalog hive" },
          )
        }
      }
      return 'unknown: there is no file with times'
    },
  }
}

const publishAgain = 'publish it again (minilake ingest --overwrite), or remove it'

async function checkStoredFile(table: Table, key: string, store: ObjectStore): Promise<void> {
  try {
    checkFooter(table, await footerOf(key, store))
  } catch (cause) {
    throw new FailedCheck(`${store.location}/${key}: ${firstLine(cause)}`, { fix: publishAgain, cause })
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
    const message = firstLine(cause)
    throw new FailedCheck(`table ${table.name} cannot be read: ${message}`, {
      // An error that names no file is about the way to the files.
      fix: /\.parquet/.test(message)
        ? 'publish the named file again (minilake ingest --overwrite), or remove it'
        : "look at the engine's log, and at its keys and endpoint for S3",
      cause,
    })
  }
}

async function footerOf(key: string, store: ObjectStore): Promise<Footer> {
  // A copy, because a Node buffer may be a view of a larger one.
  const { buffer } = new Uint8Array(await store.read(key))
  return readFooter(buffer)
}
