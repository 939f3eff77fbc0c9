import { alarmCount, alarmRows, freeSql, hourlyAverages, type TimeRange } from '@minilake/analytics'
import { millisPerDay, type Table } from '@minilake/schema'
import { Command, Option } from 'commander'
import { isEmptyTable, withEngine } from '@minilake/lake'
import { findAlarmLimit, findNumericColumns, findTable } from '../options/find-table.js'
import { finiteNumber, nameList, parsedBy, utcDate, wholeNumber } from '../options/parsers.js'
import { formatOf, printAverages, type PrintFlags, printResult } from '../print/print-result.js'
import { resultFormats } from '../print/result-format.js'
import { type Environment, openSession, type Session } from '../session.js'
import { asUsage, UsageError } from '@minilake/lake'
import { count } from '@minilake/lake'

interface RangeFlags {
  from?: string
  to?: string
}

/** `minilake query`: built-in questions and free SQL. */
export function queryCommand(environment: Environment): Command {
  return new Command('query')
    .description('ask the lake: hourly averages, rows over the alarm limit, or any SQL')
    .addCommand(hourlyCommand(environment))
    .addCommand(alarmsCommand(environment))
    .addCommand(sqlCommand(environment))
}

function hourlyCommand(environment: Environment): Command {
  const command = new Command('hourly')
    .description('average of numeric columns by UTC hour, with a chart of each')
    .option('--table <name>', 'any table of the lake', 'pump')
    .option(
      '--columns <names>',
      'columns, separated by commas (default: every numeric one)',
      parsedBy(nameList),
    )
  return withPrintOptions(withRangeOptions(command)).action(
    async (flags: { table: string; columns?: string[] } & RangeFlags & PrintFlags, self: Command) => {
      const session = await openSession(self, environment)
      const table = findTable(session.lake.tables, flags.table)
      const columns = findNumericColumns(table, '--columns', flags.columns)
      const query = asUsage(() => hourlyAverages(table, columns, rangeOf(flags)))
      await withEngine(session.lake, [table], async (engine) => {
        await noteEmptyTable(table, session)
        await printAverages(engine.query(query, { signal: session.signal }), columns, session, flags)
      })
    },
  )
}

function alarmsCommand(environment: Environment): Command {
  const command = new Command('alarms')
    .description('rows over the alarm limit: how many, and which')
    .option('--table <name>', 'any table of the lake', 'pump')
    .option('--column <name>', 'column that is watched (default: the one whose definition has a highLimit)')
    .option(
      '--threshold <value>',
      'limit; only readings above it count (default: the highLimit)',
      parsedBy(finiteNumber),
    )
  return withPrintOptions(withRangeOptions(command)).action(
    async (
      flags: { table: string; column?: string; threshold?: number } & RangeFlags & PrintFlags,
      self: Command,
    ) => {
      const session = await openSession(self, environment)
      const { signal, terminal } = session
      const table = findTable(session.lake.tables, flags.table)
      const limit = { ...findAlarmLimit(table, flags), ...rangeOf(flags) }
      const [counted, rows] = asUsage(() => [alarmCount(table, limit), alarmRows(table, limit)] as const)
      await withEngine(session.lake, [table], async (engine) => {
        await noteEmptyTable(table, session)
        for await (const { alarms } of engine.query(counted, { signal })) {
          const line = `${count(alarms, 'row')} with ${limit.column} > ${limit.above}`
          if (formatOf(session, flags) === 'table') await terminal.data(`${line}\n`)
          else terminal.note(line)
        }
        await printResult(engine.query(rows, { signal }), session, flags)
      })
    },
  )
}

function sqlCommand(environment: Environment): Command {
  const command = new Command('sql')
    .description("any SQL in the engine's own dialect; tables are hive.iot_dw.<name>")
    .argument(
      '<statement>',
      'one statement, such as "SELECT count(*) FROM hive.iot_dw.pump"; after -- where it begins with a dash',
    )
  return withPrintOptions(command).action(async (statement: string, flags: PrintFlags, self: Command) => {
    const session = await openSession(self, environment)
    const query = freeSql(statement)
    if (query.sql === '') throw new UsageError('query sql expected a statement, got nothing')
    await withEngine(session.lake, session.lake.tables, (engine) =>
      printResult(engine.query(query, { signal: session.signal }), session, flags),
    )
  })
}

function withRangeOptions(command: Command): Command {
  return command
    .option('--from <date>', 'first UTC day', parsedBy(utcDate))
    .option('--to <date>', 'last UTC day, included', parsedBy(utcDate))
}

function withPrintOptions(command: Command): Command {
  return command
    .option(
      '--limit <n>',
      'rows at the most (default: 20 in a table, all in other formats)',
      parsedBy(wholeNumber(0)),
    )
    .addOption(
      new Option('--format <format>', 'how to print (default: table, or json with --json)').choices(
        resultFormats,
      ),
    )
}

/** Dates as a time range: from the start of the first day to the end of the last. */
function rangeOf({ from, to }: RangeFlags): TimeRange {
  if (from !== undefined && to !== undefined && from > to) {
    throw new UsageError(`--from expected a day no later than --to, got ${from} and ${to}`)
  }
  const range: TimeRange = {}
  if (from !== undefined) range.from = new Date(`${from}T00:00:00Z`)
  // A timestamp literal has four digits of year: after the last day of year 9999 there is nothing to leave out.
  if (to !== undefined && to !== '9999-12-31')
    range.to = new Date(Date.parse(`${to}T00:00:00Z`) + millisPerDay)
  return range
}

/** An empty answer may only mean that nothing was ingested. */
async function noteEmptyTable(table: Table, { lake, terminal }: Session): Promise<void> {
  if (!(await isEmptyTable(table, lake.store))) return
  terminal.note(
    `table ${table.name} has no file in ${lake.store.location}/ yet: minilake ingest puts some there`,
  )
}
