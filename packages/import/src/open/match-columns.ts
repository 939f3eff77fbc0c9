import { columnsOf, partitionsOf, type Table } from '@minilake/schema'

/** Which of a file's columns go into which of a table's. */
export interface MatchOptions {
  /** Columns of the file, and the table's columns that they are: `{ ts: 'event_timestamp' }`. Default: those of the same name. */
  map?: Readonly<Record<string, string>>
  /** Leave columns of the file out that are none of the table's. Default false: they are an error. */
  ignoreExtra?: boolean
}

/**
 * For every column of a table the index of the file's column that holds it; undefined for a nullable column that the file
 * lacks. Names match whatever their case; one that is mapped goes
 * before one that is the same, and that before others. Throws an Error in one sentence that names the columns that
 * are missing, doubled or too many.
 */
export function matchColumns(
  table: Table,
  file: string,
  names: readonly string[],
  { map = {}, ignoreExtra = false }: MatchOptions = {},
): (number | undefined)[] {
  const found = columnsOf(table).map(([column]) => {
    const all = names.flatMap((name, index) =>
      columnOf(table, name, map) === column ? [{ name, index }] : [],
    )
    const rank = (isFirst: (name: string) => boolean) => all.filter(({ name }) => isFirst(name))
    const [match, other] =
      [rank((name) => map[name] === column), rank((name) => name === column), all].find(
        (candidates) => candidates.length > 0,
      ) ?? []
    if (match && other) {
      throw new Error(
        `${file} has several columns for ${column} of table ${table.name} (${[match, other].map(({ name }) => name).join(', ')}): expected one, \`map\` says which`,
      )
    }
    return match?.index
  })

  const extra = names.filter((_, index) => !found.includes(index))
  const missing = columnsOf(table)
    .filter(([column], index) => isRequired(table, column) && found[index] === undefined)
    .map(([column]) => column)
  if (missing.length > 0) {
    throw new Error(
      `${file} lacks ${missing.join(', ')} of table ${table.name}: it has the columns ${names.join(', ')}; \`map\` gives them the table's names`,
    )
  }
  if (extra.length > 0 && !ignoreExtra) {
    throw new Error(
      `${file} has columns that table ${table.name} has not: ${extra.join(', ')} (expected ${Object.keys(table.columns).join(', ')}): \`map\` gives them the table's names, \`ignoreExtra\` leaves them out`,
    )
  }
  return found
}

/** The column of a table that a file's column of some name is. */
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

/** Throws a RangeError when a map leads to a column that the table has not. */
export function checkMap(table: Table, map: Readonly<Record<string, string>>): void {
  for (const [source, column] of Object.entries(map)) {
    if (Object.hasOwn(table.columns, column)) continue
    throw new RangeError(
      `\`map\` of ${source} expected a column of table ${table.name} (${Object.keys(table.columns).join(', ')}), got ${column}`,
    )
  }
}

/** Whether every row must have a value of a column: where it is not nullable, or says in which partition the row lies. */
export function isRequired(table: Table, column: string): boolean {
  return !table.columns[column]?.nullable || partitionsOf(table).some(([, { from }]) => from === column)
}

/** A name as it is compared. */
export function foldName(name: string): string {
  return name.trim().toLowerCase()
}
