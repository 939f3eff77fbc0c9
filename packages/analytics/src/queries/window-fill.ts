import { quoteIdentifier } from '@minilake/schema'
import type { Dialect } from '../dialect.js'
import type { WindowSql } from './window-length.js'

/**
 * What windows without readings get: none (they are absent), null, the values of the previous window that has some, or values on the
 * line between the windows before and after. Their count is 0.
 */
export type WindowFill = 'none' | 'null' | 'previous' | 'linear'

const fills: readonly string[] = ['none', 'null', 'previous', 'linear'] satisfies WindowFill[]

/** Throws a RangeError for a fill that does not exist. */
export function checkFill(fill: string): void {
  if (fills.includes(fill)) return
  throw new RangeError(`\`fill\` expected one of ${fills.join(', ')}, got ${fill}`)
}

interface Filled {
  /** Columns that identify a source, quoted. */
  identity: readonly string[]
  values: readonly { name: string; type: 'double' | 'bigint' }[]
  window: WindowSql
  /** First and last time of the filled range, as SQL; default: those of the source's windows. */
  first?: string | undefined
  last?: string | undefined
  fill: Exclude<WindowFill, 'none'>
  dialect: Dialect
}

/** The steps of WITH from "windows" to "filled windows", which has all windows between the first and the last of each source. */
export function filledWindowsSql({ identity, values, window, first, last, fill, dialect }: Filled): string {
  const list = (...texts: string[]) => texts.join(', ')
  const sources = identity.length === 0 ? '' : `\n  GROUP BY ${list(...identity)}`
  const names = values.map(({ name }) => quoteIdentifier(name))
  const later = window.later('"first window"', '(1000 * "the thousand" + "the one")')
  const empty = values.map(({ type }) => (type === 'bigint' ? 'CAST(0 AS BIGINT)' : 'CAST(NULL AS DOUBLE)'))
  const counted = values.map(({ name, type }) => {
    return `${type === 'bigint' ? 'max' : 'any_value'}(${quoteIdentifier(name)}) AS ${quoteIdentifier(name)}`
  })
  const lines = values.map(({ name, type }) => {
    const text = quoteIdentifier(name)
    return type === 'bigint' ? text : `${fillSql[fill](text)} AS ${text}`
  })
  const byWindow = `${identity.length === 0 ? '' : `PARTITION BY ${list(...identity)} `}ORDER BY "the window"`
  const isWindowed = fill !== 'null' && values.some(({ type }) => type === 'double')
  return `"spans" AS (
  SELECT ${list(
    ...identity,
    `min(${first === undefined ? '"the window"' : window.key(first)}) AS "first window"`,
    `max(${last === undefined ? '"the window"' : window.key(last)}) AS "last window"`,
  )}
  FROM "windows"${sources}
  HAVING count(*) > 0
),
"possible windows" AS (
  SELECT ${list(...identity, '"last window"', `${later} AS "the window"`)}
  FROM "spans"
  CROSS JOIN UNNEST(${dialect.series('0', window.thousands('"first window"', '"last window"'))}) AS "thousands"("the thousand")
  CROSS JOIN UNNEST(${dialect.series('0', '999')}) AS "ones"("the one")
),
"all windows" AS (
  SELECT ${list(...identity, '"the window"', ...counted)}
  FROM (
    SELECT ${list(...identity, '"the window"', ...names)} FROM "windows"
    UNION ALL
    SELECT ${list(...identity, '"the window"', ...empty)} FROM "possible windows" WHERE "the window" <= "last window"
  ) AS "both"
  GROUP BY ${list(...identity, '"the window"')}
),
"filled windows" AS (
  SELECT ${list(...identity, '"the window"', ...lines)}
  FROM "all windows"${
    isWindowed
      ? `
  WINDOW
    "before" AS (${byWindow} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    "after" AS (${byWindow} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)`
      : ''
  }
)`
}

const valued = (value: string) => `CASE WHEN ${value} IS NOT NULL THEN "the window" END`
const before = (value: string) => `max_by(${value}, ${valued(value)}) OVER "before"`

/** The value of a window, or what fills it. */
const fillSql: Record<Exclude<WindowFill, 'none'>, (value: string) => string> = {
  null: (value) => value,
  previous: (value) => `coalesce(${value}, ${before(value)})`,
  linear: (value) => {
    const after = `min_by(${value}, ${valued(value)}) OVER "after"`
    const [from, to] = [`max(${valued(value)}) OVER "before"`, `min(${valued(value)}) OVER "after"`]
    return `coalesce(${value}, ${before(value)} + (${after} - ${before(value)})
      * date_diff('millisecond', ${from}, "the window") / date_diff('millisecond', ${from}, ${to}))`
  },
}
