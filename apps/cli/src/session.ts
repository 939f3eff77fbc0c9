import { alarmLimit } from '@minilake/analytics'
import { type SimulatedTable, simulatedTables } from '@minilake/generator'
import { columnsOf, numericColumns, type Table } from '@minilake/schema'
import type { Command } from 'commander'
import { loadConfig } from './config.js'
import { type Lake, lakeOf, type Profile } from './lake.js'
import { suggestion } from './nearest-name.js'
import { type Terminal, terminalOn } from './terminal.js'
import { UsageError } from './usage-error.js'

/** The options that every command takes. */
export interface GlobalOptions {
  profile: Profile
  config?: string
  json?: boolean
  quiet?: boolean
  verbose?: boolean
}

/** What a command runs with. */
export interface Session {
  readonly lake: Lake
  readonly terminal: Terminal
  readonly json: boolean
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal
  /** Makes the exit code 1, for a command that has said itself what went wrong. */
  readonly fail: () => void
}

/** The part of a process that the commands touch. */
export interface Environment {
  process: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'cwd' | 'exitCode'>
  /** Aborted when the user interrupts. */
  signal: AbortSignal
}

/** Opens the session of a command from the options given to it. */
export async function openSession(command: Command, { process, signal }: Environment): Promise<Session> {
  const { profile, config, json = false, quiet = false } = command.optsWithGlobals<GlobalOptions>()
  const { tables } = await loadConfig(config, process.cwd())
  return {
    lake: lakeOf(profile, tables, process.cwd()),
    terminal: terminalOn(process, { quiet }),
    json,
    signal,
    fail: () => {
      process.exitCode = 1
    },
  }
}

/** The lake's table of a name; otherwise a UsageError that offers the nearest. */
export function findTable({ tables }: Lake, name: string): Table {
  const found = tables.find((table) => table.name === name)
  if (found) return found
  const names = tables.map((table) => table.name)
  throw new UsageError(`--table expected one of ${names.join(', ')}, got ${name}${suggestion(name, names)}`)
}

/** The lake's table of a name that has a simulation; otherwise a UsageError. */
export function findSimulatedTable(lake: Lake, name: string, doing: string): SimulatedTable {
  const table = findTable(lake, name)
  const simulated = Object.values(simulatedTables).find((candidate) => candidate === table)
  if (simulated) return simulated
  throw new UsageError(
    `table ${name} has no simulation, so there is nothing to ${doing}: expected ${Object.keys(simulatedTables).join(' or ')}`,
  )
}

/** Numeric columns of a table by name, all of them by default; otherwise a UsageError that offers the nearest. */
export function findNumericColumns(
  table: Table,
  option: string,
  names: readonly string[] | undefined,
): string[] {
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
  return [...(names ?? known)]
}

/** The column and limit of a table's alarms; a UsageError where they cannot be told. */
export function findAlarmLimit(table: Table, { column, threshold }: { column?: string; threshold?: number }) {
  if (column !== undefined) findNumericColumns(table, '--column', [column])
  try {
    return alarmLimit(table, {
      ...(column !== undefined && { column }),
      ...(threshold !== undefined && { above: threshold }),
    })
  } catch (cause) {
    throw new UsageError(`${(cause as Error).message} (give --column and --threshold)`, { cause })
  }
}
