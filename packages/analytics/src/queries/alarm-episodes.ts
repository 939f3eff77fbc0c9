import {
  type Column,
  type ColumnName,
  eventTimeColumn,
  numberLiteral,
  quoteIdentifier,
  quoteLiteral,
  sqlTableName,
  type Table,
  type ValueOf,
} from '@minilake/schema'
import { alarmRule, type AlarmRuleOptions } from './alarms.js'
import { identityColumns, type IdentityName } from './identity.js'
import type { Query } from '../query.js'
import { readingValueSql } from './reading-sql.js'
import { type TimeRange, timeRangeConditions, whereClause } from './time-range.js'

/** By which rule alarms are told, over which readings. */
export interface AlarmEpisodesOptions<T extends Table, C extends ColumnName<T>>
  extends AlarmRuleOptions<T>, TimeRange {
  /**
   * The columns that tell sources apart, each of which has alarms of its own. Default: those of type varchar. None may be called
   * start, end or peak, as columns of the result are.
   */
  by?: readonly C[]
  /** Whether each UTC day is looked at by itself, beginning without an alarm. Default false. */
  eachDay?: boolean
}

/** A row of `alarmEpisodes`: its source, when it began and ended (null: not yet), and the greatest reading until then. */
export type AlarmEpisode<T extends Table, C extends ColumnName<T>> = {
  [N in C]: ValueOf<T['columns'][N]>
} & { start: Date; end: Date | null; peak: number }

/**
 * The alarms of a column as episodes (ISA-18.2-2016, IEC 62682:2014), in order of their start: one row from when an alarm is
 * raised until it ends, however many rows are over the limit meanwhile.
 *
 * The condition holds from a reading over `above` on, until one at `above` − `deadband` or below. Once it has held for the
 * on-delay, from its first reading to its last, there is an alarm since the first of them; once it has not for the off-delay,
 * the alarm has ended at the first of those. NaN, NULL and gaps change nothing; readings of one moment count from least to
 * greatest. Throws a TypeError for columns or a limit that cannot be told, and a RangeError for a rule that is none.
 */
export function alarmEpisodes<T extends Table, const C extends ColumnName<T> = IdentityName<T>>(
  table: T,
  options: AlarmEpisodesOptions<T, C> = {},
): Query<AlarmEpisode<T, C>> {
  const identity = identityColumns(table, options.by, ['start', 'end', 'peak'])
  const columns: Record<string, Column> = {
    ...Object.fromEntries(identity),
    start: { type: 'timestamp' },
    end: { type: 'timestamp', nullable: true },
    peak: { type: 'double' },
  }
  return {
    sql: episodesSql(
      table,
      identity.map(([name]) => quoteIdentifier(name)),
      options,
    ),
    columns: columns as NonNullable<Query<AlarmEpisode<T, C>>['columns']>,
  }
}

function episodesSql<T extends Table>(
  table: T,
  identity: readonly string[],
  { eachDay = false, ...options }: Omit<AlarmEpisodesOptions<T, never>, 'by'>,
): string {
  const { column, rule } = alarmRule(table, options)
  const isOver = `"the reading" > ${numberLiteral(rule.above)}`
  const isUnder = `"the reading" <= ${numberLiteral(rule.above - rule.deadband)}`
  // Runs take turns, and the first is over the limit; alarms and the times after them do too.
  const onDelay = secondsLiteral(rule.onDelaySeconds)
  const offDelay = secondsLiteral(rule.offDelaySeconds)
  const raises = '"the run" % 2 = 1 AND "is long enough"'
  const ends = '"the run" % 2 = 0 AND "is long enough"'

  // Names made up here have a space in them, so no column of the table has one of them.
  const each = eachDay ? [...identity, '"utc day"'] : identity
  const inOrderOf = (...order: string[]) =>
    `${each.length > 0 ? `PARTITION BY ${list(...each)} ` : ''}ORDER BY ${list(...order)}`
  const byTime = inOrderOf('"reading time"', '"the reading"')
  const byRun = inOrderOf('"the run"')
  const before = 'ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING'

  const time = quoteIdentifier(eventTimeColumn(table))
  const where = whereClause(timeRangeConditions(table, options))
  const readings = `SELECT
  ${[
    ...identity,
    `${time} AS "reading time"`,
    `date_trunc('hour', ${time}) AS "reading hour"`,
    ...(eachDay ? [`date_trunc('day', ${time}) AS "utc day"`] : []),
    `${readingValueSql(table, column)} AS "the reading"`,
  ].join(',\n  ')}
FROM ${sqlTableName(table)}${where}`

  return `WITH ${tellingReadingsSql(readings, { identity, isOver, isUnder })},
"readings in order" AS (
  SELECT *,
    lag("reading time") OVER "by time" AS "time before",
    lead("reading time") OVER "by time" IS NULL AS "is last",
    ${stoodSql(isOver, isUnder, '"reading time"')} AS "was over"
  FROM "telling readings"
  WINDOW
    "by time" AS (${byTime}),
    "before" AS (${byTime} ${before})
),
"numbered readings" AS (
  SELECT *, ${turnsSql(isOver, isUnder, '"was over"')} OVER (${byTime}) AS "the run"
  FROM "readings in order"
  WHERE ${isOver} OR (${isUnder} AND "was over") OR "is last"
),
"runs" AS (
  SELECT
    ${list(...each, '"the run"')},
    min("reading time") AS "run start",
    max("the reading") AS "run peak",
    coalesce(lead(min("time before")) OVER (${byRun}), max("reading time")) - min("reading time")
      >= CASE WHEN "the run" % 2 = 1 THEN ${onDelay} ELSE ${offDelay} END AS "is long enough"
  FROM "numbered readings"
  WHERE "the run" > 0
  GROUP BY ${list(...each, '"the run"')}
),
"runs in order" AS (
  SELECT *,
    ${stoodSql(raises, ends, '"the run"')} AS "was alarm"
  FROM "runs"
  WINDOW "before" AS (${byRun} ${before})
),
"numbered runs" AS (
  SELECT *, ${turnsSql(raises, ends, '"was alarm"')} OVER (${byRun}) AS "the phase"
  FROM "runs in order"
),
"phases" AS (
  SELECT
    ${list(...each, '"the phase"')},
    min("run start") AS "start",
    lead(min("run start")) OVER (${inOrderOf('"the phase"')}) AS "end",
    max("run peak") AS "peak"
  FROM "numbered runs"
  WHERE "the phase" > 0
  GROUP BY ${list(...each, '"the phase"')}
)
SELECT ${list(...identity, '"start"', '"end"', '"peak"')}
FROM "phases"
WHERE "the phase" % 2 = 1
ORDER BY ${list('"start"', ...identity)}`
}

/**
 * Steps of a WITH up to "telling readings": those that an episode can turn at, and those before and after. Engines have not the
 * memory to sort all readings. In an hour that begins under the limit and has no reading over it, nothing turns but at its
 * first reading, and its first and last time are all that is asked for.
 */
function tellingReadingsSql(
  readings: string,
  { identity, isOver, isUnder }: { identity: readonly string[]; isOver: string; isUnder: string },
): string {
  // In place of a step of their own, which DuckDB would keep whole for being asked for twice.
  const fromReadings = `FROM (\n${readings.replace(/^/gm, '    ')}\n  ) AS "readings"`
  // Sources without a name are told apart by IS NOT DISTINCT FROM, but Trino looks up by equality only.
  const sameHour = [
    '"readings"."reading hour" = "hours"."reading hour"',
    ...identity.flatMap((name) => [
      `coalesce(CAST("readings".${name} AS VARCHAR), '') = coalesce(CAST("hours".${name} AS VARCHAR), '')`,
      `"readings".${name} IS NOT DISTINCT FROM "hours".${name}`,
    ]),
  ]
  // HAVING keeps every hour: DuckDB takes unfiltered groups for as many as their rows, and joins the wrong way round.
  return `"hours" AS (
  SELECT
    ${list(...identity, '"reading hour"')},
    min("reading time") AS "first time",
    max("reading time") AS "last time",
    min(CASE WHEN ${isOver} THEN "reading time" END) AS "first over",
    min(CASE WHEN ${isUnder} THEN "reading time" END) AS "first under"
  ${fromReadings}
  GROUP BY ${list(...identity, '"reading hour"')}
  HAVING count(*) > 0
),
"telling readings" AS (
  SELECT "readings".*
  ${fromReadings}
  INNER JOIN "hours" ON ${sameHour.join('\n    AND ')}
  WHERE "first over" IS NOT NULL OR "first under" > "first time"
    OR "reading time" = "first time" OR "reading time" = "last time"
)`
}

/** Whether a state stands before a row, as SQL: it has begun, and not ended since. `order` tells which came later. */
function stoodSql(begins: string, ends: string, order: string): string {
  const last = (condition: string) => `max(CASE WHEN ${condition} THEN ${order} END) OVER "before"`
  return `coalesce(
      ${last(begins)}
        >= ${last(ends)},
      ${last(begins)} IS NOT NULL
    )`
}

/** How often a state has turned up to a row, as SQL to be followed by a window: it stands when that is odd. */
function turnsSql(begins: string, ends: string, stood: string): string {
  return `count(CASE WHEN (${begins} AND NOT ${stood}) OR (${ends} AND ${stood}) THEN 1 END)`
}

function list(...texts: string[]): string {
  return texts.join(', ')
}

/** Seconds as an SQL interval, to the millisecond as in Trino. */
function secondsLiteral(seconds: number): string {
  return `INTERVAL ${quoteLiteral(String(Math.round(seconds * 1000) / 1000))} SECOND`
}
