import {
  isPercentile,
  tableSummary,
  type WindowAggregate,
  type WindowLength,
  windows,
} from '@minilake/analytics'
import { type QueryOptions, UsageError, whereSql } from '@minilake/lake'
import { suggestion } from '@minilake/lake/text'
import type { LakeProfile, Table } from '@minilake/schema'
import { Command, Option } from 'commander'
import { asUsage } from '../options/as-usage.js'
import { findColumns, findNumericColumns, findTable, tableOption } from '../options/find-table.js'
import { flagText } from '../options/flag-text.js'
import { durationOrDays, nameList, parsedBy, selection } from '../options/parsers.js'
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
import type { PrintFlags } from '../print/print-result.js'
import { averagesOf, printWindows } from '../print/print-windows.js'
import { type Environment, type Session, withSession } from '../session.js'

const fills = ['none', 'null', 'previous', 'linear'] as const

interface WindowFlags extends TimeFlags, HistoryFlags, PrintFlags {
  table?: string
  select?: Record<string, string[]>
  every: string
  by?: string[]
  where?: string
  zone?: string
  fill: (typeof fills)[number]
  last?: number
}

/** `minilake query windows`: aggregates of columns by windows of time. */
export function windowsCommand(environment: Environment): Command {
  const command = new Command('windows')
    .description(
      'aggregates of numeric columns by windows of time, with a chart of each: avg, min, max, count, sum, stddev, first, last, twa (time-weighted average), rate (change per second), p1 to p99',
    )
    .addOption(tableOption())
    .option(
      '--select <columns>',
      "what to compute, such as 'pressure:avg,max,p95; speed:avg' (default: avg of every numeric column)",
      parsedBy(selection),
    )
    .option('--every <length>', 'a length that divides a day, such as 15m or 1h, or day, week, month', '1h')
    .option(
      '--by <names>',
      'columns, separated by commas, that identify a source with windows of its own',
      parsedBy(nameList),
    )
    .option('--where <condition>', `only rows for which it holds, such as "pump_id = 'pump-0007'"`)
    .option('--zone <zone>', 'zone on whose clock windows start, such as Europe/Berlin (default: UTC)')
    .addOption(new Option('--fill <what>', 'what windows without rows get').choices(fills).default('none'))
    .option(
      '--last <time>',
      "how long before the table's newest reading to start: 24h, 7d",
      parsedBy(durationOrDays),
    )
  return withPrintOptions(withHistoryOptions(withTimeOptions(command))).action(
    (flags: WindowFlags, self: Command) =>
      withSession(self, environment, async (session) => {
        const { lake, signal, terminal } = session
        const { every, by = [], where, zone, fill } = flags
        const table = findTable(lake, flags.table)
        const columns = findNumericColumns(table, '--select', flags.select && Object.keys(flags.select))
        const wanted = flags.select ?? averagesOf(columns)
        findColumns(table, '--by', by)
        if (flags.last !== undefined && (flags.from ?? flags.to) !== undefined)
          throw new UsageError('--last expected neither --from nor --to beside it')
        const queryOf = (range: ReturnType<typeof rangeOf>) =>
          windows(table, {
            every: every as WindowLength,
            select: wanted as Record<string, WindowAggregate[]>,
            by,
            ...(zone !== undefined && { zone }),
            ...(where !== undefined && { where: whereSql(table, where) }),
            fill,
            ...range,
          })
        const query = asUsage(() => {
          try {
            queryOf({}) // checks the zone before times are read by it
            return queryOf(rangeOf(flags, zone))
          } catch (error) {
            if (error instanceof Error)
              error.message = flagText(error.message) + zoneSuggestion(error.message, zone)
            throw error
          }
        })
        await noteEmptyTable(table, session)
        const options = { tables: [table] as [Table], ...momentOf(flags, zone), signal }
        const found =
          flags.last === undefined ? query : queryOf(await lastReadings(flags.last, session, options))
        if (Object.values(wanted).flat().some(isPercentile)) terminal.note(percentileNotes[lake.profile])
        const printed = { table, time: 'start', every: every as WindowLength, select: wanted, by, zone }
        const rows = await printWindows(lake.query(found, options), printed, session, flags)
        if (rows === 0) await noteRange(session, options)
      }),
  )
}

/** The zone that was probably meant, for a message about a zone. */
function zoneSuggestion(message: string, zone = ''): string {
  return message.startsWith('`zone`') ? suggestion(zone, Intl.supportedValuesOf('timeZone')) : ''
}

const percentileNotes: Readonly<Record<LakeProfile, string>> = {
  embedded: 'percentiles are exact',
  stack: 'percentiles are approximate: within 1 % of the readings in rank',
}

/** The readings of the last seconds before the newest one, which is noted. */
async function lastReadings(
  seconds: number,
  { lake, terminal }: Session,
  options: QueryOptions & { tables: [Table] },
) {
  for await (const { last } of lake.query(tableSummary(options.tables[0]), options)) {
    if (last === null) break
    const from = new Date(last.getTime() - seconds * 1000 + 1)
    terminal.note(`newest reading: ${last.toISOString()}; from ${from.toISOString()}`)
    return { from }
  }
  return {}
}
