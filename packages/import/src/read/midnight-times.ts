import type { Table } from '@minilake/schema'
import type { DuckDb } from '../duckdb/open-duckdb.js'
import type { Source } from '../open/source.js'
import { checkedRows, foundColumns, problems } from './select-rows.js'

/** Columns of a file that probably hold the date and the time of day of its rows, of which only the date was read. */
export interface MidnightTimes {
  /** The file's path or name, as given. */
  file: string
  /** The file's column that was read as times, all of which are midnight. */
  column: string
  /** The file's column that looks like the time of day. */
  timeColumn: string
}

/** Number of rows in which a column must look like the time of day. */
const sampleRows = 1000

/**
 * Finds times that are all midnight in a file with another column that looks like the time of day. Reads no row if every column of
 * the file is a time, and otherwise the rows up to the first time that is not midnight.
 */
export async function findMidnightTimes(
  table: Table,
  { file, names, matched, rows }: Source,
  db: DuckDb,
): Promise<MidnightTimes[]> {
  const times = foundColumns(table, rows).filter(({ value }) => value.isMidnight)
  const timeNames = times.map(({ index }) => matched[index])
  const others = names.flatMap((name, at) =>
    timeNames.includes(name) ? [] : [{ name, text: rows.texts[at] as string }],
  )
  const found: MidnightTimes[] = []
  for (const { index, value } of others.length === 0 ? [] : times) {
    const isGood = `problem = ${problems.none} AND v${index} IS NOT NULL`
    const later = await db.rows(
      `SELECT 1 FROM ${checkedRows(table, rows)} WHERE ${isGood} AND NOT (${value.isMidnight?.(`p${index}`)}) LIMIT 1`,
    )
    if (later.length > 0) continue
    const looks = others.map(({ text }) => `coalesce(bool_and(${looksLikeTimeOfDay(text)}), false)`)
    const [sample = []] = await db.rows(
      `SELECT ${looks.join(', ')} FROM (SELECT * FROM ${rows.from} LIMIT ${sampleRows})`,
    )
    const other = others.find((_, at) => sample[at] === true)
    const column = matched[index]
    if (other && column !== undefined) found.push({ file: file.name, column, timeColumn: other.name })
  }
  return found
}

/** Whether a text is a time of day, such as 23:59, 23:59:58.123 or 11:59 PM. NULL if there is none. */
function looksLikeTimeOfDay(text: string): string {
  return `regexp_full_match(${text}, '(?i)\\s*\\d{1,2}:\\d{2}(:\\d{2}([.,]\\d+)?)?(\\s*[ap]m)?\\s*')`
}
