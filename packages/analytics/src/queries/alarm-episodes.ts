import {
  type AlarmRule,
  type AlarmSeverity,
  type Column,
  type ColumnName,
  quoteIdentifier,
  quoteLiteral,
  type Table,
  type ValueOf,
} from '@minilake/schema'
import type { Query } from '../query.js'
import { rulesOf, type RulesOptions } from './alarm-rule.js'
import { episodesOfRuleSql } from './episodes-of-rule-sql.js'
import { identityColumns, type IdentityName } from './identity.js'
import { type TimeRange, timeRangeSql, whereClause } from './time-range.js'

/** Options of `alarmEpisodes`: the rules and the readings. */
export interface AlarmEpisodesOptions<T extends Table, C extends ColumnName<T>>
  extends RulesOptions, TimeRange {
  /**
   * The columns that identify a source; each source has its own alarms. Default: those of type varchar. None may have the name of
   * another column of the result.
   */
  by?: readonly C[]
  /** Whether to treat each UTC day separately, starting without an alarm. Default false. */
  eachDay?: boolean
}

/** One alarm, from the run of readings that raised it to the run that ended it. */
export interface Episode {
  /** The name of its rule. */
  rule: string
  severity: AlarmSeverity
  start: Date
  /** null: still open. */
  end: Date | null
  /** From start to end; null: still open. */
  seconds: number | null
  /** The reading furthest beyond the limit. */
  peak: number
  /** Readings beyond the limit. */
  rows: bigint
}

/** A row of `alarmEpisodes`: the source and the episode. */
export type AlarmEpisode<T extends Table, C extends ColumnName<T>> = {
  [N in C]: ValueOf<T['columns'][N]>
} & Episode

const episodeColumns = {
  rule: { type: 'varchar' },
  severity: { type: 'varchar' },
  start: { type: 'timestamp' },
  end: { type: 'timestamp', nullable: true },
  seconds: { type: 'double', nullable: true },
  peak: { type: 'double' },
  rows: { type: 'bigint' },
} as const satisfies Record<keyof Episode, Column>

/**
 * The alarms of a table as episodes (ISA-18.2-2016, IEC 62682:2014), ordered by start: one row per alarm, from its start to its
 * end, however many readings are beyond the limit in between.
 *
 * The alarm condition starts with a reading beyond the limit and ends with a reading that is back by the deadband. Once the
 * condition has lasted for the on-delay, an alarm is raised; it starts at the condition's first reading. Once the condition has
 * been absent for the off-delay, the alarm ends at the first reading without it. NaN, NULL and gaps change nothing. Readings of
 * the same moment count from the least to the most alarming. `alarmMonitor` finds the same episodes in a stream. Throws a TypeError
 * for unknown columns and for a table without rules, and a RangeError for a rule out of range.
 *
 * @example
 * ```ts
 * import { alarmEpisodes } from '@minilake/analytics'
 * import { trinoEngine } from '@minilake/analytics/trino'
 * import { pumpDaily } from '@minilake/schema'
 *
 * const engine = trinoEngine({ url: 'http://localhost:8080', user: 'me' })
 * for await (const { pump_id, rule, start, end, peak } of engine.query(alarmEpisodes(pumpDaily))) {
 *   console.log(pump_id, rule, start, end ?? 'still open', peak)
 * }
 * await engine.close()
 * ```
 */
export function alarmEpisodes<T extends Table, const C extends ColumnName<T> = IdentityName<T>>(
  table: T,
  { rules, by, eachDay = false, ...range }: AlarmEpisodesOptions<T, C> = {},
): Query<AlarmEpisode<T, C>> {
  const identity = identityColumns(table, by, Object.keys(episodeColumns))
  const names = identity.map(([name]) => quoteIdentifier(name))
  const all = rulesOf(table, rules)
  const sql = timeRangeSql(table, range, (conditions) => {
    const places = { identity: names, eachDay, where: whereClause(conditions) }
    return `${all
      .map((rule) => ruleSql(rule, names, episodesOfRuleSql(table, rule, places)))
      .join('\nUNION ALL\n')}
ORDER BY ${['"start"', ...names, '"rule"'].join(', ')}`
  })
  const columns = { ...Object.fromEntries(identity), ...episodeColumns }
  return { sql, columns: columns as unknown as NonNullable<Query<AlarmEpisode<T, C>>['columns']> }
}

/** SQL for the episodes of a rule with all columns of the result. */
function ruleSql({ name, severity }: AlarmRule, identity: readonly string[], episodes: string): string {
  const values = [
    ...identity,
    `CAST(${quoteLiteral(name)} AS VARCHAR) AS "rule"`,
    `CAST(${quoteLiteral(severity)} AS VARCHAR) AS "severity"`,
    '"start"',
    '"end"',
    `date_diff('millisecond', "start", "end") / 1000E0 AS "seconds"`,
    '"peak"',
    '"rows"',
  ]
  return `SELECT ${values.join(', ')}
FROM (
${episodes.replace(/^/gm, '  ')}
) AS "episodes"`
}
