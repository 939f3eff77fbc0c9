import { columnsOf, type Table } from '@minilake/schema'
import { columnOf, foldName, type MatchOptions } from './match-columns.js'

/** How the keys of JSON objects are matched with a table's columns where each object stands for itself. */
interface MatchedKeys {
  /** The keys that the objects have, and those that they should have. */
  names: string[]
  /** For each column of the table, the index of its key. */
  matched: number[]
  /** Further keys of a column, in another case: of the column whose key is `of`. */
  others: { of: number; indexes: number[] }[]
  /** Keys that no column has, unless they are ignored. */
  extra: string[]
}

/**
 * Matches keys of objects with a table's columns as `matchColumns` does, but for each object alone: the result for an object does not depend
 * on the keys of others.
 */
export function matchKeys(
  table: Table,
  found: readonly string[],
  { map = {}, ignoreExtra = false }: MatchOptions,
): MatchedKeys {
  const names = [...found]
  const indexOf = (name: string) => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1)
  const others: MatchedKeys['others'] = []
  const matched = columnsOf(table).map(([column]) => {
    const [source] = Object.entries(map).find(([, target]) => target === column) ?? []
    const key = source ?? column
    const index = indexOf(key)
    const same = found.filter((name) => name !== key && foldName(name) === foldName(key))
    const indexes = same.filter((name) => columnOf(table, name, map) === column).map(indexOf)
    if (indexes.length > 0) others.push({ of: index, indexes })
    return index
  })
  const known = new Set([...matched, ...others.flatMap(({ indexes }) => indexes)])
  return {
    names,
    matched,
    others,
    extra: ignoreExtra ? [] : found.filter((name) => !known.has(indexOf(name))),
  }
}
