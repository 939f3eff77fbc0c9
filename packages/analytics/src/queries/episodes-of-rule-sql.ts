import {
  type AlarmRule,
  eventTimeColumn,
  numberLiteral,
  quoteIdentifier,
  quoteLiteral,
  sqlTableName,
  type Table,
} from '@minilake/schema'
import { readingValueSql } from './reading-sql.js'

/** Where episodes are looked for. */
export interface EpisodePlaces {
  /** The columns that identify a source, quoted. */
  identity: readonly string[]
  eachDay: boolean
  /** The WHERE clause that selects readings, from a new line on; '' for all. */
  where: string
}

/**
 * SQL for the episodes of one alarm rule: the identity, "start", "end", "peak" and "rows", in any order. Readings of a rule `below` are
 * negated, which makes it a rule `above`.
 */
export function episodesOfRuleSql(
  table: Table,
  rule: AlarmRule,
  { identity, eachDay, where }: EpisodePlaces,
): string {
  const sign = rule.side === 'above' ? '' : '-'
  const overLimit = rule.side === 'above' ? rule.limit : -rule.limit
  const isOver = `"the reading" > ${numberLiteral(overLimit)}`
  const isUnder = `"the reading" <= ${numberLiteral(overLimit - rule.deadband)}`
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
    `${sign}${readingValueSql(table, rule.column)} AS "the reading"`,
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
    count(CASE WHEN ${isOver} THEN 1 END) AS "run rows",
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
    ${sign}max("run peak") AS "peak",
    CAST(sum("run rows") AS BIGINT) AS "rows"
  FROM "numbered runs"
  WHERE "the phase" > 0
  GROUP BY ${list(...each, '"the phase"')}
)
SELECT ${list(...identity, '"start"', '"end"', '"peak"', '"rows"')}
FROM "phases"
WHERE "the phase" % 2 = 1`
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
