import {
  eventTimeColumn,
  quoteIdentifier,
  quoteLiteral,
  type Table,
  timestampLiteral,
} from '@minilake/schema'
import type { Dialect } from '../dialect.js'
import type { QualityCheck } from './quality-options.js'
import type { QualityPlan, WantedCheck } from './quality-plan.js'
import { momentRowsSql, rowsOfCheck } from './quality-rows-sql.js'
import { aggregateSql } from './reading-sql.js'

/** SQL for the findings of each source, ordered by source, start, check and column. */
export function qualityFindingsSql(table: Table, plan: QualityPlan, dialect: Dialect): string {
  const texts = (of: (wanted: WantedCheck) => string | undefined) => {
    const cases = plan.checks.map((wanted, number) => {
      const text = of(wanted)
      return `WHEN ${number} THEN ${text === undefined ? 'NULL' : quoteLiteral(text)}`
    })
    return `CAST(${caseOf(cases)} AS VARCHAR)`
  }
  const names = plan.identity.map(quoteIdentifier)
  return `WITH ${findingsSql(table, plan, dialect)}
SELECT ${list(
    ...names,
    `${texts(({ check }) => check)} AS "check"`,
    `${texts(({ column }) => column)} AS "column"`,
    '"the start" AS "start"',
    '"the end" AS "end"',
    `date_diff('millisecond', "the start", "the end") / 1000E0 AS "seconds"`,
    '"the rows" AS "rows"',
  )}
FROM "findings"
ORDER BY ${list(...names, '"the start"', '"check"', '"column"')}`
}

/** SQL for the counts of each source, ordered by source. */
export function qualityCountsSql(table: Table, plan: QualityPlan, dialect: Dialect): string {
  const names = plan.identity.map(quoteIdentifier)
  const isOf = (check: QualityCheck) => {
    const numbers = plan.checks.flatMap((wanted, number) => (wanted.check === check ? [String(number)] : []))
    return numbers.length === 0 ? undefined : `"the check" IN (${list(...numbers)})`
  }
  const counted = (check: QualityCheck, name: string, what: 'findings' | 'rows') => {
    const condition = isOf(check)
    const text =
      condition === undefined
        ? 'NULL'
        : what === 'findings'
          ? `count(CASE WHEN ${condition} THEN 1 END)`
          : `coalesce(sum(CASE WHEN ${condition} THEN "the rows" END), 0)`
    return `CAST(${text} AS BIGINT) AS ${quoteIdentifier(name)}`
  }
  const ofAll = (text: string, name: string) =>
    `max(CASE WHEN "the check" = -1 THEN ${text} END) AS "${name}"`
  return `WITH ${findingsSql(table, plan, dialect)},
"sources and findings" AS (
  SELECT ${list(
    ...names,
    '-1 AS "the check"',
    'min("the time") AS "the start"',
    'max("the time") AS "the end"',
    'CAST(sum("all rows") AS BIGINT) AS "the rows"',
    'max("the interval") / 1000E0 AS "the interval"',
  )}
  FROM "expected moments"${groupBy(names)}
  HAVING count(*) > 0
  UNION ALL
  SELECT ${list(...names, '"the check"', '"the start"', '"the end"', '"the rows"', 'CAST(NULL AS DOUBLE)')}
  FROM "findings"
)
SELECT
  ${[
    ...names,
    ofAll('"the rows"', 'rows'),
    ofAll('"the interval"', 'interval_seconds'),
    counted('gap', 'gaps', 'findings'),
    counted('gap', 'missing', 'rows'),
    counted('duplicate', 'duplicates', 'rows'),
    counted('out_of_order', 'out_of_order', 'rows'),
    counted('stuck', 'stuck', 'findings'),
    counted('nan', 'nan', 'rows'),
    counted('out_of_range', 'out_of_range', 'rows'),
    counted('wrong_clock', 'wrong_clock', 'rows'),
    ofAll('"the start"', 'first'),
    ofAll('"the end"', 'last'),
  ].join(',\n  ')}
FROM "sources and findings"${groupBy(names)}
HAVING count(*) > 0${names.length === 0 ? '' : `\nORDER BY ${list(...names)}`}`
}

/**
 * The steps of WITH from "moments" to "findings". A moment is all rows of a source that have one time. The moments are sorted once; each
 * is then looked at once for each check, and those with something wrong that follow one another become a finding.
 */
function findingsSql(table: Table, plan: QualityPlan, dialect: Dialect): string {
  const { checks, intervalMillis, stuck } = plan
  // Names defined here contain a space, so they differ from every column of the table.
  const names = plan.identity.map(quoteIdentifier)
  const time = quoteIdentifier(eventTimeColumn(table))
  const byTime = `${partitionBy(names)}ORDER BY "the time"`
  const [from, to] = [timestampLiteral(plan.clock.from), timestampLiteral(plan.clock.to)]
  const stuckColumns = checks.flatMap(({ check, column }) =>
    check === 'stuck' && column !== undefined ? [column] : [],
  )
  const is = (...wanted: QualityCheck[]) => {
    const numbers = checks.flatMap(({ check }, number) => (wanted.includes(check) ? [String(number)] : []))
    return numbers.length === 0 ? 'false' : `"the check" IN (${list(...numbers)})`
  }
  const moments = [
    ...names,
    `${time} AS "the time"`,
    'count(*) AS "all rows"',
    ...checks.flatMap((wanted, number) => {
      const text = rowsOfCheck[wanted.check]?.(table, plan, wanted)
      return text === undefined ? [] : [`${text} AS "rows ${number}"`]
    }),
    ...stuckColumns.flatMap((column) => [
      `${aggregateSql(table, column, 'min')} AS ${quoteIdentifier(`least ${column}`)}`,
      `${aggregateSql(table, column, 'max')} AS ${quoteIdentifier(`greatest ${column}`)}`,
    ]),
  ]
  const before = ['the time', ...stuckColumns.flatMap((column) => [`least ${column}`, `greatest ${column}`])]
  const isRight = (time: string) => `${time} >= ${from} AND ${time} < ${to}`
  const missing = `CAST(floor("the distance" / CAST("the interval" AS DOUBLE) + 0.5E0) AS BIGINT) - 1`
  const wrong = checks.map(({ check, column = '' }, number) => {
    const [least, greatest] = [quoteIdentifier(`least ${column}`), quoteIdentifier(`greatest ${column}`)]
    const [leastBefore, greatestBefore] = [`before least ${column}`, `before greatest ${column}`].map(
      quoteIdentifier,
    )
    const rows: Partial<Record<QualityCheck, string>> = {
      gap: missing,
      stuck: `CASE WHEN "the time" IS NOT NULL AND ${least} = ${greatest} AND ${leastBefore} = ${least} AND ${greatestBefore} = ${least} THEN 1 END`,
      wrong_clock: `CASE WHEN ${isRight('"the time"')} THEN 0 ELSE "all rows" END`,
    }
    return `WHEN ${number} THEN ${rows[check] ?? `"rows ${number}"`}`
  })
  const stuckRows = '(count(*) + 1)'
  const isStuck =
    'readings' in stuck
      ? `${stuckRows} >= ${stuck.readings}`
      : `date_diff('millisecond', min("before the time"), max("the time")) >= ${Math.round(stuck.seconds * 1000)}`
  return `"moments" AS (
  SELECT
    ${moments.join(',\n    ')}
  FROM ${momentRowsSql(table, plan, dialect)}
  GROUP BY ${list(...names, time)}
),
"moments in order" AS (
  SELECT *,
    row_number() OVER "by time" AS "the number",
    ${before.map((name) => `lag(${quoteIdentifier(name)}) OVER "by time" AS ${quoteIdentifier(`before ${name}`)}`).join(',\n    ')},
    CASE WHEN ${isRight('"the time"')} AND lag("the time") OVER "by time" >= ${from}
      THEN date_diff('millisecond', lag("the time") OVER "by time", "the time") END AS "the distance"
  FROM "moments"
  WINDOW "by time" AS (${byTime})
),
${intervalMillis === undefined ? inferredIntervals(names) : givenInterval(intervalMillis)},
"wrong moments" AS (
  SELECT ${list(...names, '"the time"', '"before the time"', '"the number"', '"the check"')},
    ${caseOf(wrong)} AS "wrong rows"
  FROM "expected moments"
  CROSS JOIN (VALUES ${list(...(checks.length === 0 ? ['(-1)'] : checks.map((_, number) => `(${number})`)))}) AS "checks"("the check")
),
"stretches" AS (
  SELECT *,
    CASE WHEN ${is('gap')} THEN "the number"
      ELSE "the number" - row_number() OVER (PARTITION BY ${list(...names, '"the check"')} ORDER BY "the number") END AS "the stretch"
  FROM "wrong moments"
  WHERE "wrong rows" > 0
),
"findings" AS (
  SELECT ${list(...names, '"the check"')},
    min(CASE WHEN ${is('gap', 'stuck')} THEN "before the time" ELSE "the time" END) AS "the start",
    max("the time") AS "the end",
    CASE WHEN ${is('stuck')} THEN ${stuckRows} ELSE CAST(sum("wrong rows") AS BIGINT) END AS "the rows"
  FROM "stretches"
  GROUP BY ${list(...names, '"the check"', '"the stretch"')}
  HAVING NOT (${is('stuck')}) OR ${isStuck}
)`
}

function givenInterval(millis: number): string {
  return `"expected moments" AS (
  SELECT *, CAST(${millis} AS BIGINT) AS "the interval"
  FROM "moments in order"
)`
}

/** The most frequent distance between moments of each source, of several the least. */
function inferredIntervals(names: readonly string[]): string {
  // IS NOT DISTINCT FROM matches sources without a name. Trino needs the equality too, as it joins by hash only on equalities.
  const same = names.flatMap((name) => [
    `coalesce(CAST("moments in order".${name} AS VARCHAR), '') = coalesce(CAST("intervals".${name} AS VARCHAR), '')`,
    `"moments in order".${name} IS NOT DISTINCT FROM "intervals".${name}`,
  ])
  return `"intervals" AS (
  SELECT ${list(...names, 'max_by("the distance", ROW("the times", -"the distance")) AS "the interval"')}
  FROM (
    SELECT ${list(...names, '"the distance"', 'count(*) AS "the times"')}
    FROM "moments in order"
    WHERE "the distance" IS NOT NULL
    GROUP BY ${list(...names, '"the distance"')}
  ) AS "distances"${groupBy(names)}
),
"expected moments" AS (
  SELECT "moments in order".*, "intervals"."the interval"
  FROM "moments in order"
  LEFT JOIN "intervals" ON ${same.length === 0 ? 'true' : same.join('\n    AND ')}
)`
}

function caseOf(cases: readonly string[]): string {
  return cases.length === 0 ? 'NULL' : `CASE "the check" ${cases.join(' ')} END`
}

function partitionBy(names: readonly string[]): string {
  return names.length === 0 ? '' : `PARTITION BY ${list(...names)} `
}

function groupBy(names: readonly string[]): string {
  return names.length === 0 ? '' : `\n  GROUP BY ${list(...names)}`
}

function list(...texts: string[]): string {
  return texts.join(', ')
}
