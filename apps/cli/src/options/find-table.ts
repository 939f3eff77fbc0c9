import { alarmLimit } from '@minilake/analytics'
import { type SimulatedTable, simulatedTables } from '@minilake/generator'
import { columnsOf, numericColumns, type Table } from '@minilake/schema'
import { suggestion } from '@minilake/lake'
import { asUsage, UsageError } from '@minilake/lake'

/** The table of a name; otherwise a UsageError that offers the nearest. */
export function findTable(tables: readonly Table[], name: string): Table {
  const found = tables.find((table) => table.name === name)
  if (found) return found
  const names = tables.map((table) => table.name)
  throw new UsageError(`--table expected one of ${names.join(', ')}, got ${name}${suggestion(name, names)}`)
}

/** The table of a name that has a simulation; otherwise a UsageError. */
export function findSimulatedTable(tables: readonly Table[], name: string, doing: string): SimulatedTable {
  const table = findTable(tables, name)
  const simulated = Object.values(simulatedTables).find((candidate) => candidate === table)
  if (simulated) return simulated
  throw new UsageError(
    `table ${name} has no simulation, so there is nothing to ${doing}: expected ${Object.keys(simulatedTables).join(' or ')}`,
  )
}

/** Numeric columns of a table by name, all of them by default; otherwise a UsageError that offers the nearest. */
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

/** The column and limit of a table's alarms; a UsageError where they cannot be told. */
export function findAlarmLimit(
  table: Table,
  { column, threshold }: { column?: string; threshold?: number } = {},
) {
  if (column !== undefined) findNumericColumns(table, '--column', [column])
  return asUsage(() =>
    alarmLimit(table, {
      ...(column !== undefined && { column }),
      ...(threshold !== undefined && { above: threshold }),
    }),
  )
}
