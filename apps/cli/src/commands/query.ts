import { readFile } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { hourlyAverages } from '@minilake/analytics'
import { describeSystemError } from '@minilake/ingest'
import { UsageError } from '@minilake/lake'
import type { Table } from '@minilake/schema'
import { Command } from 'commander'
import { asUsage } from '../options/as-usage.js'
import { findNumericColumns, findTable, tableOption } from '../options/find-table.js'
import { nameList, parsedBy } from '../options/parsers.js'
import { withPrintOptions } from '../options/print-options.js'
import {
  type HistoryFlags,
  momentOf,
  rangeOf,
  type TimeFlags,
  withHistoryOptions,
  withTimeOptions,
} from '../options/time-options.js'
import { noteEmptyTable } from '../print/note-empty-table.js'
import { noteRange } from '../print/note-range.js'
import { type PrintFlags, printResult } from '../print/print-result.js'
import { printHourly } from '../print/print-windows.js'
import { type Environment, withSession } from '../session.js'

/** `minilake query`: built-in questions, and any SQL. */
export function queryCommand(environment: Environment): Command {
  return new Command('query')
    .description('query the lake: averages and more by windows of time, or any SQL')
    .addCommand(hourlyCommand(environment))
    .addCommand(sqlCommand(environment))
    .addCommand(movedAlarmsCommand(), { hidden: true })
}

function hourlyCommand(environment: Environment): Command {
  const command = new Command('hourly')
    .description(
      'average of numeric columns by UTC hour, with a chart of each: the short form of query windows',
    )
    .addOption(tableOption())
    .option(
      '--columns <names>',
      'columns, separated by commas (default: every numeric one)',
      parsedBy(nameList),
    )
  return withPrintOptions(withHistoryOptions(withTimeOptions(command))).action(
    (flags: { table?: string; columns?: string[] } & TimeFlags & HistoryFlags & PrintFlags, self: Command) =>
      withSession(self, environment, async (session) => {
        const { lake, signal } = session
        const table = findTable(lake, flags.table)
        const columns = findNumericColumns(table, '--columns', flags.columns)
        const query = asUsage(() => hourlyAverages(table, columns, rangeOf(flags)))
        await noteEmptyTable(table, session)
        const options = { tables: [table] as [Table], ...momentOf(flags), signal }
        const rows = await printHourly(lake.query(query, options), { table, columns }, session, flags)
        if (rows === 0) await noteRange(session, options)
      }),
  )
}

/** What `minilake alarms --rows` does now. */
function movedAlarmsCommand(): Command {
  return new Command('alarms')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new UsageError(
        'query alarms is now minilake alarms --rows; minilake alarms lists the alarms, one line per episode',
      )
    })
}

function sqlCommand(environment: Environment): Command {
  const command = new Command('sql')
    .description("any SQL in the engine's own dialect; tables are hive.iot_dw.<name>")
    .argument(
      '[statement]',
      'one statement, such as "SELECT count(*) FROM hive.iot_dw.pump", or - for standard input; put -- before one that starts with a dash',
    )
    .option('-f, --file <file>', 'file with the statement')
  return withPrintOptions(command).action(
    (given: string | undefined, flags: PrintFlags & { file?: string }, self: Command) =>
      withSession(self, environment, async (session) => {
        const { lake, signal } = session
        const statement = await statementOf(given, flags.file, environment)
        if (/^[\s;]*$/.test(statement)) throw new UsageError('query sql expected a statement, got nothing')
        await printResult(lake.query(statement, { signal }), session, flags)
      }),
  )
}

/** The text of a statement: the argument, standard input or a file. */
async function statementOf(
  given: string | undefined,
  file: string | undefined,
  { process, signal }: Environment,
): Promise<string> {
  if ((given === undefined) === (file === undefined))
    throw new UsageError(
      `query sql expected a statement, - for standard input, or --file, got ${file === undefined ? 'nothing' : 'two of these'}`,
    )
  if (file !== undefined)
    return readFile(file, 'utf8').catch((cause: unknown) => {
      throw new UsageError(`--file ${file} cannot be read: ${describeSystemError(cause)}`, { cause })
    })
  return given === '-' ? readText(process.stdin.setEncoding('utf8'), signal) : String(given)
}

async function readText(stream: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  let text = ''
  for await (const part of addAbortSignal(signal, stream as Readable)) text += String(part)
  return text
}
