import type { StoredObject } from '@minilake/ingest'
import type { Footer } from '@minilake/parquet'
import { columnsOf, type Table } from '@minilake/schema'
import { importsOf } from '../files/imports-of.js'
import { readableFooter } from '../files/lake-file.js'
import type { LakeStore } from '../lake-backend.js'
import { misfitOf } from '../register/shape-checks.js'
import type { ColumnChanges } from '../register/rewrite-mark.js'

/** A data file whose columns are not those of its table's definition. */
export interface OldFile {
  file: StoredObject
  rows: number
  /** IDs of the imports that its rows come from. */
  imports: string[]
  /** The renamed columns that it has. */
  map: Record<string, string>
}

/**
 * Looks at a data file by its footer; resolves with undefined for one that fits the definition. Throws an Error for a file that cannot be
 * read, or whose columns cannot become those of the definition by these changes.
 */
export async function oldFile(
  table: Table,
  file: StoredObject,
  store: LakeStore,
  { map, drop }: ColumnChanges,
): Promise<OldFile | undefined> {
  const path = `${store.location}/${file.key}`
  const footer = await readableFooter(file, store)
  if (footer instanceof Error)
    throw new Error(`nothing was rewritten: ${path} cannot be read: ${footer.message}`, { cause: footer })
  if (misfitOf(table, footer) === undefined) return undefined
  const names = footer.columns.map(({ name }) => name)
  const renamed = Object.entries(map).filter(([source]) => names.includes(source))
  const sources = new Map(columnsOf(table).map(([column]) => [column, sourcesOf(column, names, renamed)]))
  for (const [column, found] of sources) {
    const [first, second] = found
    if (second !== undefined)
      throw new Error(
        `nothing was rewritten: ${path} expected one column for ${column} of table ${table.name}, got ${first} and ${second}`,
      )
    if (first === undefined && !isNullable(table, column) && footer.rowCount > 0)
      throw new Error(
        `nothing was rewritten: ${path} has no column for ${column} of table ${table.name}, which is not nullable: ${columnsText(footer)}; rename one with \`map\`, or make ${column} nullable`,
      )
  }
  const used = [...sources.values()].flat()
  const extra = names.filter((name) => !used.includes(name) && !drop.includes(name))
  if (extra.length > 0)
    throw new Error(
      `nothing was rewritten: ${path} has columns that table ${table.name} lacks: ${extra.join(', ')}; rename a column with \`map\`, or give its values up with \`drop\``,
    )
  return { file, rows: footer.rowCount, imports: importsOf(footer), map: Object.fromEntries(renamed) }
}

/** The columns of a file that become a column of the table: renamed ones, else the one with its name. */
function sourcesOf(
  column: string,
  names: readonly string[],
  renamed: readonly [source: string, column: string][],
): string[] {
  const found = renamed.filter(([, target]) => target === column).map(([source]) => source)
  if (found.length > 0) return found
  const isFree = names.includes(column) && !renamed.some(([source]) => source === column)
  return isFree ? [column] : []
}

function isNullable(table: Table, column: string): boolean {
  return table.columns[column]?.nullable ?? false
}

function columnsText({ columns }: Footer): string {
  return `the file has ${columns.map(({ name }) => name).join(', ')}`
}
