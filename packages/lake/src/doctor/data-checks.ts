import { query, tableSummary } from '@minilake/analytics'
import type { StoredObject } from '@minilake/ingest'
import { columnsOf, quoteIdentifier, quoteLiteral, sqlTableName, type Table } from '@minilake/schema'
import { footerFault } from '../files/footer-fault.js'
import { readableFooter } from '../files/lake-file.js'
import { dataFilesOf, type LakeBackend, withEngine } from '../lake-backend.js'
import { count } from '../text.js'
import { publishAgain } from './deep-checks.js'
import { type Check, FailedCheck, firstLine } from './diagnose.js'

/** Checks that the first data file of each table fits the table (unless all were looked at), and that the engine counts all rows. */
export function filesCheck(
  lake: Pick<LakeBackend, 'store' | 'tables' | 'openEngine' | 'shapeDifference'>,
  { deep, signal }: { deep: boolean; signal: AbortSignal },
): Check {
  return {
    name: 'files',
    run: async () => {
      let [files, rows] = [0, 0n]
      for (const table of lake.tables) {
        const difference = await lake.shapeDifference(table)
        if (difference !== undefined)
          throw new FailedCheck(difference, {
            fix: `minilake rewrite --table ${table.name}, or undo the change of its definition`,
          })
        let filesOfTable = 0
        for await (const file of dataFilesOf(table, lake.store)) {
          if (filesOfTable++ === 0 && !deep) await checkStoredFile(table, file, lake.store)
        }
        files += filesOfTable
        rows += filesOfTable === 0 ? 0n : await rowsOf(table, lake, signal)
      }
      const counted = `${count(files, 'data file')}, ${count(rows, 'row')}`
      return deep
        ? counted
        : `${counted}; not looked at: values, stray files, and most footers (minilake doctor --deep reads every footer and key)`
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
        for await (const file of dataFilesOf(table, lake.store)) {
          const { key } = file
          const footer = await readableFooter(file, lake.store)
          if (footer instanceof Error) continue
          const written = footer.columns.find(({ name }) => name === time)?.min
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

async function checkStoredFile(table: Table, file: StoredObject, store: LakeBackend['store']): Promise<void> {
  const footer = await readableFooter(file, store)
  const fault = footer instanceof Error ? firstLine(footer) : footerFault(table, footer)
  if (fault === undefined) return
  throw new FailedCheck(`${store.location}/${file.key}: ${fault}`, { fix: publishAgain, cause: footer })
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
