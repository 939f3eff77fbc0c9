import { alarmCount, alarmRows, hourlyAverages } from '@minilake/analytics'
import { UsageError } from '@minilake/lake'
import { count } from '@minilake/lake/text'
import { Command } from 'commander'
import { asUsage } from '../options/as-usage.js'
import { findAlarmLimit, findNumericColumns, findTable, tableOption } from '../options/find-table.js'
import { finiteNumber, nameList, parsedBy } from '../options/parsers.js'
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
import { formatOf, type PrintFlags, printResult } from '../print/print-result.js'
import { printHourly } from '../print/print-windows.js'
import { type Environment, withSession } from '../session.js'

/** `minilake query`: built-in questions, and any SQL. */
export function queryCommand(environment: Environment): Command {
  return new Command('query')
    .description(
      'query the lake: averages and more by windows of time, rows over the alarm limit, or any SQL',
    )
    .addCommand(hourlyCommand(environment))
    .addCommand(alarmsCommand(environment))
    .addCommand(sqlCommand(environment))
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
        const rows = lake.query(query, { tables: [table], ...momentOf(flags), signal })
        await printHourly(rows, { table, columns }, session, flags)
      }),
  )
}

function alarmsCommand(environment: Environment): Command {
  const command = new Command('alarms')
    .description('rows over the alarm limit: how many, and which')
    .addOption(tableOption())
    .option('--column <name>', 'column to watch (default: the one whose definition has a highLimit)')
    .option(
      '--threshold <value>',
      'limit; only readings above it count (default: the highLimit)',
      parsedBy(finiteNumber),
    )
  return withPrintOptions(withHistoryOptions(withTimeOptions(command))).action(
    (
      flags: { table?: string; column?: string; threshold?: number } & TimeFlags & HistoryFlags & PrintFlags,
      self: Command,
    ) =>
      withSession(self, environment, async (session) => {
        const { lake, signal, terminal } = session
        const table = findTable(lake, flags.table)
        const limit = { ...findAlarmLimit(table, flags), ...rangeOf(flags) }
        const [counted, rows] = asUsage(() => [alarmCount(table, limit), alarmRows(table, limit)] as const)
        const options = { tables: [table], ...momentOf(flags), signal }
        await noteEmptyTable(table, session)
        for await (const { alarms } of lake.query(counted, options)) {
          const line = `${count(alarms, 'row')} with ${limit.column} > ${limit.above}`
          if (formatOf(session, flags) === 'table') await terminal.data(`${line}\n`)
          else terminal.note(line)
        }
        await printResult(lake.query(rows, options), session, flags)
      }),
  )
}

function sqlCommand(environment: Environment): Command {
  const command = new Command('sql')
    .description("any SQL in the engine's own dialect; tables are hive.iot_dw.<name>")
    .argument(
      '<statement>',
      'one statement, such as "SELECT count(*) FROM hive.iot_dw.pump"; put -- before one that starts with a dash',
    )
  return withPrintOptions(command).action((statement: string, flags: PrintFlags, self: Command) =>
    withSession(self, environment, async (session) => {
      const { lake, signal } = session
      if (/^[\s;]*$/.test(statement)) throw new UsageError('query sql expected a statement, got nothing')
      await printResult(lake.query(statement, { signal }), session, flags)
    }),
  )
}
