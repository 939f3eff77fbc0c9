import { quoteLiteral, type Table } from '@minilake/schema'
import { foldName, type MatchOptions } from './match-columns.js'

/** A column that `map` makes of others of a file: one by its position, or date and time of day in one. */
export interface MadeColumn {
  /** The source in `map`: `#1`, or `Date,Time`. */
  name: string
  /** The indexes of the file's columns. */
  from: readonly number[]
}

/** The columns that a map makes of a file's. Throws a RangeError for several columns that do not go into a timestamp. */
export function madeColumns(
  table: Table,
  names: readonly string[],
  map: NonNullable<MatchOptions['map']>,
): MadeColumn[] {
  return Object.entries(map).flatMap(([source, column]) => {
    if (indexOf(source, names) !== undefined) return []
    const found = mapParts(source).map((part) => indexOf(part, names) ?? positionOf(part, names))
    const from = found.filter((index) => index !== undefined)
    if (from.length < found.length) return []
    if (from.length > 1 && table.columns[column]?.type !== 'timestamp') {
      throw new RangeError(
        `\`map\` of ${source} expected a timestamp, as only date and time of day are joined, got ${column} (${table.columns[column]?.type})`,
      )
    }
    return [{ name: source, from }]
  })
}

/** The columns of a file that a source of `map` names: `Date,Time` are two. */
export function mapParts(source: string): string[] {
  return source.split(',').map((part) => part.trim())
}

/** Whether a source of `map` is a position: `#1`. */
export function isPosition(part: string): boolean {
  return /^#[1-9]\d{0,5}$/.test(part)
}

/** SQL that joins texts with a blank; null if one is missing. */
export function joinedSql({ from }: MadeColumn): string {
  const [first = 0, ...rest] = from
  if (rest.length === 0) return `c${first}`
  return from.map((index) => `nullif(trim(c${index}), '')`).join(` || ${quoteLiteral(' ')} || `)
}

function indexOf(name: string, names: readonly string[]): number | undefined {
  const exact = names.indexOf(name)
  if (exact !== -1) return exact
  const folded = names.findIndex((each) => foldName(each) === foldName(name))
  return folded === -1 ? undefined : folded
}

function positionOf(part: string, names: readonly string[]): number | undefined {
  return isPosition(part) && Number(part.slice(1)) <= names.length ? Number(part.slice(1)) - 1 : undefined
}
