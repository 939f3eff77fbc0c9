import { defaultStuck, type QualityCheck, qualityChecks, type StuckLimit } from '@minilake/analytics'
import { type QualityOptions, UsageError } from '@minilake/lake'
import { count, suggestion } from '@minilake/lake/text'
import type { Table } from '@minilake/schema'
import { Command } from 'commander'
import { asUsageError } from '../options/as-usage.js'
import { findColumns, findNumericColumns, findTable, tableOption } from '../options/find-table.js'
import { flagText } from '../options/flag-text.js'
import { duration, nameList, parsedBy, ranges, stuckLimit, yearRange } from '../options/parsers.js'
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
import { type Environment, type Session, withSession } from '../session.js'

interface Flags extends TimeFlags, HistoryFlags, PrintFlags {
  table?: string
  list?: boolean
  checks?: string[]
  by?: string[]
  columns?: string[]
  interval?: number
  key?: string[]
  stuck?: StuckLimit
  ranges?: Record<string, [number, number]>
  years?: [first: number, last: number]
}

/** `minilake quality`: what is wrong with the readings of a table. */
export function qualityCommand(environment: Environment): Command {
  const command = new Command('quality')
    .description(
      'what is wrong with the readings of each source: gaps, duplicates, rows out of order, stuck values, NaN, values out of range, wrong clocks',
    )
    .addOption(tableOption())
    .option('--list', 'each stretch of readings with something wrong, instead of numbers')
    .option('--checks <names>', `what to look for (default: ${qualityChecks.join(',')})`, parsedBy(nameList))
    .option(
      '--by <names>',
      'columns, separated by commas, that identify a source (default: those of type varchar)',
      parsedBy(nameList),
    )
    .option(
      '--columns <names>',
      'columns to check for NaN, stuck values and ranges (default: every numeric one)',
      parsedBy(nameList),
    )
    .option(
      '--interval <time>',
      'expected time between readings, such as 1s (default: that of the definition, else the most frequent of each source)',
      parsedBy(duration),
    )
    .option(
      '--key <names>',
      'columns that no two rows share (default: the key of the definition, else the time and --by)',
      parsedBy(nameList),
    )
    .option(
      '--stuck <limit>',
      `readings of one value, or how long they last, such as 60s (default: ${defaultStuck.readings}, as in the flat line test of QARTOD)`,
      parsedBy(stuckLimit),
    )
    .option(
      '--ranges <limits>',
      'right values, such as pressure=0:400,speed=0:3000 (default: the range of a column in the definition)',
      parsedBy(ranges),
    )
    .option('--years <range>', 'years of right times (default: 1990-2100)', parsedBy(yearRange))
  return withPrintOptions(withHistoryOptions(withTimeOptions(command))).action(
    (flags: Flags, self: Command) =>
      withSession(self, environment, async (session) => {
        const table = findTable(session.lake, flags.table)
        const options = { ...optionsOf(table, flags), ...momentOf(flags), signal: session.signal }
        const { counts, findings, interval, unchecked } = await session.lake
          .quality<Table, string>(table, options)
          .catch((error: unknown) => {
            if (error instanceof Error) error.message = flagText(error.message)
            throw asUsageError(error)
          })
        await noteEmptyTable(table, session)
        if (interval === 'inferred') session.terminal.note(inferred)
        for (const { check, reason } of unchecked) session.terminal.note(`${check} is not checked: ${reason}`)
        const rows = await (flags.list
          ? printResult(findings, session, flags)
          : printResult(counts, session, flags))
        if (rows === 0) await noteNothing(table, flags, session)
      }),
  )
}

const inferred =
  'the interval is inferred: for each source, the most frequent time between one reading and the next (--interval sets it)'

function optionsOf(table: Table, flags: Flags): QualityOptions<Table, string> {
  const { checks, by, columns, interval, key, stuck, ranges, years } = flags
  for (const check of checks ?? [])
    if (!(qualityChecks as readonly string[]).includes(check))
      throw new UsageError(
        `--checks expected ${qualityChecks.join(', ')}, got ${check}${suggestion(check, qualityChecks)}`,
      )
  if (by) findColumns(table, '--by', by)
  if (key) findColumns(table, '--key', key)
  if (ranges) findNumericColumns(table, '--ranges', Object.keys(ranges))
  if (columns) findNumericColumns(table, '--columns', columns)
  return {
    ...(checks && { checks: checks as QualityCheck[] }),
    ...(by && { by }),
    ...(columns && { columns }),
    ...(interval !== undefined && { intervalSeconds: interval }),
    ...(key && { key }),
    ...(stuck && { stuck }),
    ...(ranges && { ranges }),
    ...(years && { years }),
    ...rangeOf(flags),
  }
}

/** No row may mean no readings, or nothing wrong with them. */
async function noteNothing(table: Table, flags: Flags, session: Session): Promise<void> {
  const { lake, signal, terminal } = session
  const { counts } = await lake.quality<Table, string>(table, {
    ...optionsOf(table, flags),
    ...momentOf(flags),
    checks: [],
    signal,
  })
  let [sources, readings] = [0, 0n]
  for await (const { rows } of counts) {
    sources += 1
    readings += rows
  }
  if (sources > 0)
    terminal.note(
      `nothing found in ${count(readings, 'row')} of ${count(sources, 'source')} of table ${table.name}`,
    )
  else await noteRange(session, { tables: [table], ...momentOf(flags), signal })
}
