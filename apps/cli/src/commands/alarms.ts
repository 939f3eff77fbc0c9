import {
  alarmCount,
  alarmEpisodes,
  alarmKpis,
  type AlarmOptions,
  alarmRows,
  checkedKpiLimits,
  type Episode,
  type KpiLimits,
  kpiLimits,
  type ResultRows,
  tableSummary,
  type TimeRange,
} from '@minilake/analytics'
import { type QueryOptions, UsageError } from '@minilake/lake'
import { count, suggestion } from '@minilake/lake/text'
import type { Table } from '@minilake/schema'
import { Command } from 'commander'
import { type AlarmFlags, findAlarmRules, limitsText, withAlarmOptions } from '../options/alarm-options.js'
import { asUsage } from '../options/as-usage.js'
import { findColumns, findTable } from '../options/find-table.js'
import { namedNumbers, parsedBy } from '../options/parsers.js'
import { formatOption, withPrintOptions } from '../options/print-options.js'
import { type HistoryFlags, momentOf, rangeOf, withHistoryOptions } from '../options/time-options.js'
import { noteEmptyTable } from '../print/note-empty-table.js'
import { noteRange } from '../print/note-range.js'
import { printKpis } from '../print/print-kpis.js'
import { formatOf, type PrintFlags, printResult } from '../print/print-result.js'
import { type Environment, type Session, withSession } from '../session.js'

type Flags = AlarmFlags & HistoryFlags & PrintFlags & { rows?: boolean; limits?: Record<string, number> }

/** `minilake alarms`: alarm episodes, rows over a limit, and key performance indicators. */
export function alarmsCommand(environment: Environment): Command {
  const command = new Command('alarms')
    .description(
      "alarms by the rules in a table's definition, one line per episode: from the reading that raised it to the one that ended it",
    )
    .enablePositionalOptions()
    .option('--rows', 'the rows beyond a limit instead, and how many')
  return withPrintOptions(withHistoryOptions(withAlarmOptions(command)))
    .action((flags: Flags, self: Command) =>
      withSession(self, environment, async (session) => {
        const { table, rules, range, options, episodesIn } = alarmsOf(flags, session)
        await noteEmptyTable(table, session)
        const printed = flags.rows
          ? await printRows(table, { rules, ...range }, options, session, flags)
          : await printEpisodes(episodesIn(range), session, flags)
        if (printed === 0) await noteRange(session, options, range)
      }),
    )
    .addCommand(kpiCommand(environment))
}

function kpiCommand(environment: Environment): Command {
  const command = new Command('kpi')
    .description(
      'key performance indicators of alarms (ISA-18.2, IEC 62682, EEMUA 191): rates, floods, chattering, stale and standing alarms, bad actors',
    )
    .option(
      '--limits <names>',
      `limits other than the defaults, such as perDay=150: ${Object.keys(kpiLimits).join(', ')}`,
      parsedBy(namedNumbers),
    )
  return withHistoryOptions(withAlarmOptions(command))
    .addOption(formatOption())
    .action((_: Flags, self: Command) =>
      withSession(self, environment, async (session) => {
        const flags: Flags = { ...self.parent?.opts(), ...self.opts() }
        checkNotOfKpi(flags)
        const limits = findLimits(flags.limits)
        const { table, range, options, episodesIn } = alarmsOf(flags, session)
        const period = await periodOf(table, range, options, session)
        if (period === undefined) return noteEmptyTable(table, session)
        const kpis = await alarmKpis(episodesIn(period), { ...period, limits })
        session.terminal.note(
          `${count(kpis.alarms, 'alarm')} of table ${table.name} from ${period.from.toISOString()} to ${period.to.toISOString()}`,
        )
        await printKpis(kpis, session, flags)
      }),
    )
}

/** What the options ask for. */
function alarmsOf(flags: Flags, { lake, signal }: Session) {
  const table = findTable(lake, flags.table)
  const { by } = flags
  if (by) findColumns(table, '--by', by)
  const rules = findAlarmRules(table, flags)
  const range = rangeOf(flags)
  const queryOf = (range: TimeRange) => alarmEpisodes(table, { rules, ...(by && { by }), ...range })
  asUsage(() => queryOf(range))
  const options = { tables: [table] as [Table], ...momentOf(flags), signal }
  const episodesIn = (range: TimeRange) => lake.query(queryOf(range), options)
  return { table, rules, range, options, episodesIn }
}

async function printRows(
  table: Table,
  alarms: AlarmOptions,
  options: QueryOptions,
  session: Session,
  flags: Flags,
): Promise<number> {
  const { lake, terminal } = session
  for await (const { rows } of lake.query(alarmCount(table, alarms), options)) {
    const line = `${count(rows, 'row')} with ${limitsText(alarms.rules ?? [])}`
    if (formatOf(session, flags) === 'table') await terminal.data(`${line}\n`)
    else terminal.note(line)
  }
  return printResult(lake.query(alarmRows(table, alarms), options), session, flags)
}

async function printEpisodes(
  result: ResultRows<Episode & Record<string, unknown>>,
  session: Session,
  flags: Flags,
): Promise<number> {
  let open = 0
  const rows: typeof result = {
    columns: () => result.columns(),
    async *batches() {
      for await (const batch of result.batches()) {
        open += batch.nulls?.end?.reduce((sum, isNull) => sum + isNull, 0) ?? 0
        yield batch
      }
    },
    async *[Symbol.asyncIterator]() {
      for await (const row of result) {
        if (row.end === null) open++
        yield row
      }
    },
  }
  const printed = await printResult(rows, session, flags)
  if (open > 0) session.terminal.note(`${count(open, 'alarm')} still open: no end yet`)
  return printed
}

/** The period of KPIs: the range asked for, where it is left out from the first to the last reading. Undefined for a table without readings. */
async function periodOf(table: Table, { from, to }: TimeRange, options: QueryOptions, { lake }: Session) {
  // A range that has readings is its own period: only its days are read.
  if (from && to)
    for await (const { first } of lake.query(tableSummary(table, { from, to }), options))
      if (first !== null) return { from, to }
  for await (const { first, last } of lake.query(tableSummary(table), options)) {
    if (first === null || last === null) return undefined
    const period = { from: from ?? first, to: to ?? new Date(last.getTime() + 1) }
    if (period.from <= last && first < period.to) return period
    throw new UsageError(
      `the range expected some of the readings of table ${table.name}, which are from ${first.toISOString()} to ${last.toISOString()}`,
    )
  }
  return undefined
}

/** Throws a UsageError for an option of `alarms` that says how its table is printed. */
function checkNotOfKpi({ rows, limit, output }: Flags): void {
  for (const [option, value] of Object.entries({ '--rows': rows, '--limit': limit, '--output': output }))
    if (value !== undefined)
      throw new UsageError(`alarms kpi expected no ${option}: it is an option of minilake alarms`)
}

function findLimits(given: Record<string, number> = {}): Partial<KpiLimits> {
  const names = Object.keys(kpiLimits)
  for (const name of Object.keys(given)) {
    if (!names.includes(name))
      throw new UsageError(
        `--limits expected names of limits (${names.join(', ')}), got ${name}${suggestion(name, names)}`,
      )
  }
  asUsage(() => checkedKpiLimits(given))
  return given
}
