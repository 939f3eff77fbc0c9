import { columnsOf, partitionsOf, type Table } from '@minilake/schema'
import { shownName } from './shown-name.js'

/** How a file's columns are matched with a table's. */
export interface MatchOptions {
  /**
   * Table columns by file column: `{ ts: 'event_timestamp' }`. In CSV, `#1` is the first column, and `Date,Time` joins two columns with a blank
   * for a timestamp. Default: columns with the same name match.
   */
  map?: Readonly<Record<string, string>>
  /** Whether to ignore columns of the file that the table lacks. Default false: they are an error. */
  ignoreExtra?: boolean
}

/**
 * For each column of a table, the index of the file's column; undefined for a nullable column that the file lacks. Names match
 * in any case. Columns in `used` match nothing and are not unknown; it is
 * absent for formats without positions in `map`. A mapped name takes precedence over the same name, and that over a name in another case.
 * Throws an Error that names missing, ambiguous or unknown columns.
 */
export function matchColumns(
  table: Table,
  file: string,
  names: readonly string[],
  { map = {}, ignoreExtra = false }: MatchOptions = {},
  used?: ReadonlySet<number>,
): (number | undefined)[] {
  const found = columnsOf(table).map(([column]) => {
    const all = names.flatMap((name, index) =>
      !used?.has(index) && columnOf(table, name, map) === column ? [{ name, index }] : [],
    )
    const rank = (isFirst: (name: string) => boolean) => all.filter(({ name }) => isFirst(name))
    const [match, other] =
      [rank((name) => map[name] === column), rank((name) => name === column), all].find(
        (candidates) => candidates.length > 0,
      ) ?? []
    if (match && other?.name === match.name) {
      throw new Error(
        `${file} has several columns named ${match.name}: expected one for ${column} of table ${table.name}, ${used ? `state its position, such as #${match.index + 1}, with \`map\`` : 'give the other another name in the file'}`,
      )
    }
    if (match && other) {
      throw new Error(
        `${file} has several columns for ${column} of table ${table.name} (${[match, other].map(({ name }) => name).join(', ')}): expected one, choose it with \`map\``,
      )
    }
    return match?.index
  })

  const extra = names.flatMap((name, index) =>
    found.includes(index) || used?.has(index) ? [] : [shownName(name, index)],
  )
  const missing = columnsOf(table)
    .filter(([column], index) => isRequired(table, column) && found[index] === undefined)
    .map(([column]) => column)
  if (missing.length > 0) {
    throw new Error(
      `${file} lacks ${missing.join(', ')} of table ${table.name}: it has the columns ${names.map(shownName).join(', ')}; \`map\` renames columns`,
    )
  }
  if (extra.length > 0 && !ignoreExtra) {
    throw new Error(
      `${file} has columns that table ${table.name} lacks: ${extra.join(', ')} (expected ${Object.keys(table.columns).join(', ')}): \`map\` renames columns, \`ignoreExtra\` ignores them`,
    )
  }
  return found
}

/** The table's column that a file's column matches by name, if any. */
export function columnOf(
  table: Table,
  name: string,
  map: Readonly<Record<string, string>> = {},
): string | undefined {
  const folded = foldName(name)
  const [, target] =
    Object.entries(map).find(([source]) => source === name) ??
    Object.entries(map).find(([source]) => foldName(source) === folded) ??
    []
  if (target !== undefined) return target
  return Object.keys(table.columns).find((column) => column === folded)
}

/** Throws a RangeError if a map names a column that the table lacks. */
export function checkMap(table: Table, map: Readonly<Record<string, string>>): void {
  for (const [source, column] of Object.entries(map)) {
    if (Object.hasOwn(table.columns, column)) continue
    throw new RangeError(
      `\`map\` of ${source} expected a column of table ${table.name} (${Object.keys(table.columns).join(', ')}), got ${column}`,
    )
  }
}

/** Whether every row needs a value in a column: it is not nullable, or it determines the row's partition. */
export function isRequired(table: Table, column: string): boolean {
  return !table.columns[column]?.nullable || partitionsOf(table).some(([, { from }]) => from === column)
}

/** A name in the form in which names are compared. */
export function foldName(name: string): string {
  return name.trim().toLowerCase()
}
