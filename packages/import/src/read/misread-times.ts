import { columnsOf, type Table } from '@minilake/schema'
import type { DuckDb } from '../duckdb/open-duckdb.js'
import type { Source } from '../open/source.js'
import { dayText } from '../values/value-sql.js'
import { shortened } from './bad-rows.js'
import { checkedRows, foundColumns } from './select-rows.js'

/**
 * Why the times of a file must have been misread: more than half of its rows have no time in the expected years. Undefined if they
 * have. Reads the file once more.
 */
export async function misreadTimes(
  table: Table,
  { file, rows }: Source,
  db: DuckDb,
  rowCount: number,
): Promise<string | undefined> {
  for (const { index, raw, value } of foundColumns(table, rows)) {
    if (!value.misread) continue
    const { years, isOutside, isOfFormat } = value.misread
    const [parsed, formats] = [`p${index}`, Object.entries(isOfFormat)]
    const conditions = formats.map(([, isOf]) => `coalesce(${isOf(parsed, raw)}, false)`)
    const isMisread = [isOutside(parsed, raw), ...conditions]
      .map((condition) => `(${condition})`)
      .join(' OR ')
    const sums = conditions.map((_, at) => `count(*) FILTER (f${at})`)
    const [found = []] = await db.rows(
      `SELECT count(*), first(CAST(${raw} AS VARCHAR)), first(day)${sums.map((sum) => `, ${sum}`).join('')}
      FROM (SELECT *, ${[`${dayText(parsed)} AS day`, ...conditions.map((condition, at) => `${condition} AS f${at}`)].join(', ')}
      FROM ${checkedRows(table, rows)} WHERE problem = ${index + 1} AND (${isMisread}))`,
    )
    const [count, example, day, ...counts] = found
    const misread = Number(count)
    if (misread * 2 <= rowCount) continue
    const likely = formats.find((_, at) => Number(counts[at]) * 2 > misread)
    const column = columnsOf(table)[index]?.[0]
    const got = `${column} ${shortened(example as string)} ${day === null ? 'cannot be read' : `is read as ${day as string}`}`
    return `${file.name}: ${misread} of ${rowCount} rows have no time in the years ${years}: ${got}; ${fix(likely?.[0])}`
  }
  return undefined
}

function fix(format: string | undefined): string {
  return format === undefined
    ? 'set `timeFormat` to the format of these times, or `years` to their years'
    : `these times look like ${format}: set \`timeFormat\` to it, or \`years\` to their years`
}
