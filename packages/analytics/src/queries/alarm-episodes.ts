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
import { type TimeRange, timeRangeSql, whereClause } from './time-range.js'

/** Options of `alarmEpisodes`: the alarm rule and the readings. */
export interface AlarmEpisodesOptions<T extends Table, C extends ColumnName<T>>
  extends AlarmRuleOptions<T>, TimeRange {
  /**
   * The columns that identify a source; each source has its own alarms. Default: those of type varchar. None may be named start,
   * end or peak, like the result's other columns.
   */
  by?: readonly C[]
  /** Whether to treat each UTC day separately, starting without an alarm. Default false. */
  eachDay?: boolean
}

/** A row of `alarmEpisodes`: the source, the start, the end (null: still open) and the peak, the greatest reading until the end. */
export type AlarmEpisode<T extends Table, C extends ColumnName<T>> = {
  [N in C]: ValueOf<T['columns'][N]>
} & { start: Date; end: Date | null; peak: number }

/**
 * The alarms of a column as episodes (ISA-18.2-2016, IEC 62682:2014), ordered by start: one row per alarm, from its start to its
 * end, however many readings are above the limit in between.
 *
 * The alarm condition starts with a reading above `above` and ends with a reading at `above` − `deadband` or below. Once the
 * condition has lasted for the on-delay, an alarm is raised; it starts at the condition's first reading. Once the condition has
 * been absent for the off-delay, the alarm ends at the first reading without it. NaN, NULL and gaps change nothing. Readings of
 * the same moment count from least to greatest. Throws a TypeError for unknown columns or if column or limit is not
 * determined, and a RangeError for a rule out of range.
 *
 * @example
 * ```ts
 * import { alarmEpisodes } from '@minilake/analytics'
 * import { trinoEngine } from '@minilake/analytics/trino'
 * import { pumpDaily } from '@minilake/schema'
 *
 * const engine = trinoEngine({ url: 'http://localhost:8080', user: 'me' })
 * for await (const { pump_id, start, end, peak } of engine.query(alarmEpisodes(pumpDaily, { above: 150 }))) {
 *   console.log(pump_id, start, end ?? 'still open', peak)
 * }
 * await engine.close()
 * ```
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
    sql: timeRangeSql(table, options, (conditions) =>
      episodesSql(
        table,
        identity.map(([name]) => quoteIdentifier(name)),
        { ...options, where: whereClause(conditions) },
      ),
    ),
    columns: columns as NonNullable<Query<AlarmEpisode<T, C>>['columns']>,
  }
}

function episodesSql<T extends Table>(
  table: T,
  identity: readonly string[],
  { eachDay = false, where, ...options }: Omit<AlarmEpisodesOptions<T, never>, 'by'> & { where: string },
): string {
  const { column, rule } = alarmRule(table, options)
  const isOver = `"the reading" > ${numberLiteral(rule.above)}`
  const isUnder = `"the reading" <= ${numberLiteral(rule.above - rule.deadband)}`
  // Odd runs are above the limit, even runs below it. In the same way, odd phases are alarms and even phases the times after.
  const onDelay = secondsLiteral(rule.onDelaySeconds)
  const offDelay = secondsLiteral(rule.offDelaySeconds)
  const raises = '"the run" % 2 = 1 AND "is long enough"'
  const ends = '"the run" % 2 = 0 AND "is long enough"'

  // Names defined here contain a space, so they differ from every column of the table.
  const each = eachDay ? [...identity, '"utc day"'] : identity
  const inOrderOf = (...order: string[]) =>
    `${each.length > 0 ? `PARTITION BY ${list(...each)} ` : ''}ORDER BY ${list(...order)}`
  const byTime = inOrderOf('"reading time"', '"the reading"')
  const byRun = inOrderOf('"the run"')
  const before = 'ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING'

  const time = quoteIdentifier(eventTimeColumn(table))
  const readings = `SELECT
  ${[
    ...identity,
    `${time} AS "reading time"`,
    `date_trunc('hour', ${time}) AS "reading hour"`,
    ...(eachDay ? [`date_trunc('day', ${time}) AS "utc day"`] : []),
    `${readingValueSql(table, column)} AS "the reading"`,
  ].join(',\n  ')}
FROM ${sqlTableName(table)}${where}`

  return `WITH ${candidateReadingsSql(readings, { identity, isOver, isUnder })},
"readings in order" AS (
  SELECT *,
    lag("reading time") OVER "by time" AS "time before",
    lead("reading time") OVER "by time" IS NULL AS "is last",
    ${stateBeforeSql(isOver, isUnder, '"reading time"')} AS "was over"
  FROM "telling readings"
  WINDOW
    "by time" AS (${byTime}),
    "before" AS (${byTime} ${before})
),
"numbered readings" AS (
  SELECT *, ${changeCountSql(isOver, isUnder, '"was over"')} OVER (${byTime}) AS "the run"
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
    ${stateBeforeSql(raises, ends, '"the run"')} AS "was alarm"
  FROM "runs"
  WINDOW "before" AS (${byRun} ${before})
),
"numbered runs" AS (
  SELECT *, ${changeCountSql(raises, ends, '"was alarm"')} OVER (${byRun}) AS "the phase"
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
 * The steps of WITH up to "telling readings": the candidate readings, at which an episode can start or end, with the readings
 * before and after them. Engines lack the memory to sort all readings. In an hour that starts below the limit and has no
 * reading above it, the state can change only at the first reading, so its first and last readings are enough.
 */
function candidateReadingsSql(
  readings: string,
  { identity, isOver, isUnder }: { identity: readonly string[]; isOver: string; isUnder: string },
): string {
  // A subquery, as DuckDB would materialize a step of WITH that is used twice.
  const fromReadings = `FROM (\n${readings.replace(/^/gm, '    ')}\n  ) AS "readings"`
  // IS NOT DISTINCT FROM matches sources without a name. Trino needs the equality too, as it joins by hash only on equalities.
  const sameHour = [
    '"readings"."reading hour" = "hours"."reading hour"',
    ...identity.flatMap((name) => [
      `coalesce(CAST("readings".${name} AS VARCHAR), '') = coalesce(CAST("hours".${name} AS VARCHAR), '')`,
      `"readings".${name} IS NOT DISTINCT FROM "hours".${name}`,
    ]),
  ]
  // HAVING keeps every hour. Without it, DuckDB estimates as many groups as rows, and builds the join on the wrong side.
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

/** SQL: whether a state is active before a row, as it has started and not ended since. `order` decides which came later. */
function stateBeforeSql(starts: string, ends: string, order: string): string {
  const last = (condition: string) => `max(CASE WHEN ${condition} THEN ${order} END) OVER "before"`
  return `coalesce(
      ${last(starts)}
        >= ${last(ends)},
      ${last(starts)} IS NOT NULL
    )`
}

/** SQL, to be followed by a window: how many times a state has changed up to a row. The state is active if that is odd. */
function changeCountSql(starts: string, ends: string, wasActive: string): string {
  return `count(CASE WHEN (${starts} AND NOT ${wasActive}) OR (${ends} AND ${wasActive}) THEN 1 END)`
}

function list(...texts: string[]): string {
  return texts.join(', ')
}

/** Seconds as an SQL interval, rounded to milliseconds, Trino's precision. */
function secondsLiteral(seconds: number): string {
  return `INTERVAL ${quoteLiteral(String(Math.round(seconds * 1000) / 1000))} SECOND`
}
