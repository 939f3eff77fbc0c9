import { type Lake, UsageError } from '@minilake/lake'
import { suggestion } from '@minilake/lake/text'
import { columnsOf, numericColumns, type Table } from '@minilake/schema'
import { Option } from 'commander'

/** The option `--table`. */
export function tableOption(meaning = 'table of the lake'): Option {
  return new Option('--table <name>', `${meaning} (default: the only table, else pump)`)
}

/** The table with this name, by default the lake's only table, else pump. Throws a UsageError that suggests the nearest name. */
export function findTable({ tables }: Pick<Lake, 'tables'>, name?: string): Table {
  const [only, second] = tables
  if (name === undefined && only && !second) return only
  const names = tables.map((table) => table.name)
  const wanted = name ?? 'pump'
  const found = tables.find((table) => table.name === wanted)
  if (found) return found
  const expected = `--table expected one of ${names.join(', ') || 'none: the lake has no tables'}`
  throw new UsageError(
    name === undefined ? `${expected}, got no name` : `${expected}, got ${name}${suggestion(name, names)}`,
  )
}

/** Numeric columns of a table by name, by default all. Throws a UsageError that suggests the nearest name. */
export function findNumericColumns(table: Table, option: string, names?: readonly string[]): string[] {
  const known: string[] = numericColumns(table)
  for (const name of names ?? []) {
    if (known.includes(name)) continue
    const type = columnsOf(table).find(([column]) => column === name)?.[1].type
    const got = type === undefined ? `${name}${suggestion(name, known)}` : `${name}, which is ${type}`
    throw new UsageError(
      `${option} expected numeric columns of table ${table.name} (${known.join(', ')}), got ${got}`,
    )
  }
  if (known.length === 0) throw new UsageError(`table ${table.name} has no numeric column`)
  return [...new Set(names ?? known)]
}

/** Columns of a table by name. Throws a UsageError that suggests the nearest name. */
export function findColumns(table: Table, option: string, names: readonly string[]): string[] {
  const known = columnsOf(table).map(([name]) => name)
  for (const name of names) {
    if (known.includes(name)) continue
    throw new UsageError(
      `${option} expected columns of table ${table.name} (${known.join(', ')}), got ${name}${suggestion(name, known)}`,
    )
  }
  return [...names]
}
