import type { TimeRange } from '@minilake/analytics'
import { type QueryOptions, UsageError } from '@minilake/lake'
import { millisPerDay } from '@minilake/schema'
import { type Command, Option } from 'commander'
import { parsedBy, snapshotId, timeText, type TimeText } from './parsers.js'

/** The values of `--from` and `--to`. */
export interface TimeFlags {
  from?: TimeText
  to?: TimeText
}

/** Adds `--from` and `--to`. */
export function withTimeOptions(command: Command): Command {
  return command
    .option('--from <time>', 'first day, or first moment, such as 2026-01-31T06:00; UTC', parsedBy(timeText))
    .option('--to <time>', 'last day (included), or the moment after the last; UTC', parsedBy(timeText))
}

/** The values of `--at` and `--snapshot`. */
export interface HistoryFlags {
  at?: TimeText
  snapshot?: string
}

/** Adds `--at` and `--snapshot`. */
export function withHistoryOptions(command: Command): Command {
  return command
    .option(
      '--at <time>',
      'read an Iceberg table as it was then, such as 2026-01-05T10:00 (a day: as it began); UTC',
      parsedBy(timeText),
    )
    .addOption(
      new Option('--snapshot <id>', 'read it as of a snapshot, as minilake snapshots lists them')
        .argParser(parsedBy(snapshotId))
        .conflicts('at'),
    )
}

/** What `--at`, on the clock of a zone unless it names an offset, and `--snapshot` tell a query. */
export function momentOf(
  { at, snapshot }: HistoryFlags,
  zone = 'UTC',
): Pick<QueryOptions, 'at' | 'snapshot'> {
  return {
    ...(at && { at: new Date(at.isLocal ? shownAt(at.millis, zone) : at.millis) }),
    ...(snapshot !== undefined && { snapshot }),
  }
}

/**
 * The range from `--from` to `--to`, on the clock of a zone unless they name an offset; a day given as `--to` is included whole. Throws a
 * UsageError when it ends before it starts.
 */
export function rangeOf({ from, to }: TimeFlags, zone = 'UTC'): TimeRange {
  const timeOf = ({ isLocal }: TimeText, millis: number) => (isLocal ? shownAt(millis, zone) : millis)
  const start = from && timeOf(from, from.millis)
  const end = to && timeOf(to, to.millis + (to.isDay ? millisPerDay : 0))
  if (start !== undefined && end !== undefined && start >= end)
    throw new UsageError(`--from expected a time before --to, got ${from?.text} and ${to?.text}`)
  return {
    ...(start !== undefined && { from: new Date(start) }),
    // A timestamp literal has a year of four digits, and nothing comes after the year 9999.
    ...(end !== undefined && end < Date.UTC(9999, 11, 32) && { to: new Date(end) }),
  }
}

/** The first moment at which the clock of a zone shows a time, both in milliseconds. A time that it skips is read by its offset before. */
function shownAt(millis: number, zone: string): number {
  if (zone === 'UTC') return millis
  const format = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  const shown = (time: number) => Date.parse(`${format.format(time).replace(' ', 'T')}Z`) + (time % 1000)
  const by = (time: number) => millis - (shown(time) - time)
  const [before, after] = [by(millis - millisPerDay), by(millis + millisPerDay)]
  return shown(before) !== millis && shown(after) === millis ? after : before
}

/** The number of days from the day `from` to the day `to`, both included. Throws a UsageError for times of day. */
export function daysBetween(from: TimeText, to: TimeText): number {
  if (!to.isDay) throw new UsageError(`--to expected a day, such as 2026-01-31, got ${to.text}`)
  const days = (to.millis - from.millis) / millisPerDay + 1
  if (days < 1)
    throw new UsageError(`--from expected a day no later than --to, got ${from.text} and ${to.text}`)
  return days
}
