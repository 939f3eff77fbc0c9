import type { Column, ColumnName, Table, ValueOf } from '@minilake/schema'
import type { Query } from '../query.js'
import { identityColumns, type IdentityName } from './identity.js'
import type { QualityCheck, QualityOptions } from './quality-options.js'
import { qualityPlan } from './quality-plan.js'
import { qualityCountsSql, qualityFindingsSql } from './quality-sql.js'

/** What is wrong with the readings of one source, in numbers. null: not checked. */
export interface QualityCount {
  rows: bigint
  /** The expected time between readings, given or inferred. null: a source with a single reading. */
  interval_seconds: number | null
  gaps: bigint | null
  /** Readings that the gaps lack, by the interval. */
  missing: bigint | null
  /** Rows with the key of a row before them. */
  duplicates: bigint | null
  /** Rows that lie in a file after a later reading of the source. */
  out_of_order: bigint | null
  /** Runs of a repeated value. */
  stuck: bigint | null
  /** Values that are NaN. */
  nan: bigint | null
  /** Values out of range. */
  out_of_range: bigint | null
  /** Rows outside the years, and rows without a time. */
  wrong_clock: bigint | null
  /** The time of the first reading. null: no row has a time. */
  first: Date | null
  last: Date | null
}

/** A stretch of readings with something wrong. */
export interface QualityFinding {
  check: QualityCheck
  /** null: the whole row. */
  column: string | null
  /** The first reading concerned; of a gap, the last one before it. null: rows without a time. */
  start: Date | null
  /** The last reading concerned; of a gap, the first one after it. */
  end: Date | null
  /** From start to end. */
  seconds: number | null
  /** The rows concerned; of a gap, the readings that it lacks; of a stuck value, the readings that repeat it, the first included. */
  rows: bigint
}

/** A row about one source, with the columns that identify it. */
export type SourceRow<T extends Table, C extends ColumnName<T>, Row> = {
  [N in C]: ValueOf<T['columns'][N]>
} & Row

const count = { type: 'bigint', nullable: true } as const
const countColumns = {
  rows: { type: 'bigint' },
  interval_seconds: { type: 'double', nullable: true },
  gaps: count,
  missing: count,
  duplicates: count,
  out_of_order: count,
  stuck: count,
  nan: count,
  out_of_range: count,
  wrong_clock: count,
  first: { type: 'timestamp', nullable: true },
  last: { type: 'timestamp', nullable: true },
} as const satisfies Record<keyof QualityCount, Column>

const findingColumns = {
  check: { type: 'varchar' },
  column: { type: 'varchar', nullable: true },
  start: { type: 'timestamp', nullable: true },
  end: { type: 'timestamp', nullable: true },
  seconds: { type: 'double', nullable: true },
  rows: { type: 'bigint' },
} as const satisfies Record<keyof QualityFinding, Column>

/**
 * What is wrong with the readings of each source of a table, in numbers: one row per source, ordered by source. What each check means is
 * said at `QualityCount` and in the README. Sorts the readings by time once. Throws a TypeError for unknown columns and a RangeError for
 * an option out of range.
 *
 * @example
 * ```ts
 * import { qualityCounts } from '@minilake/analytics'
 * import { trinoEngine } from '@minilake/analytics/trino'
 * import { pumpDaily } from '@minilake/schema'
 *
 * const engine = trinoEngine({ url: 'http://localhost:8080', user: 'me' })
 * const options = { intervalSeconds: 1, stuck: { seconds: 60 }, ranges: { pressure: [0, 400] } } as const
 * for await (const { pump_id, gaps, missing, stuck } of engine.query(qualityCounts(pumpDaily, options)))
 *   console.log(pump_id, gaps, missing, stuck) // string, bigint | null, …
 * await engine.close()
 * ```
 */
export function qualityCounts<T extends Table, const C extends ColumnName<T> = IdentityName<T>>(
  table: T,
  options: QualityOptions<T, C> = {},
): Query<SourceRow<T, C, QualityCount>> {
  return qualityQuery(table, options, countColumns, qualityCountsSql) as Query<SourceRow<T, C, QualityCount>>
}

/** What is wrong with the readings of each source, stretch by stretch: ordered by source, start, check and column. As `qualityCounts`. */
export function qualityFindings<T extends Table, const C extends ColumnName<T> = IdentityName<T>>(
  table: T,
  options: QualityOptions<T, C> = {},
): Query<SourceRow<T, C, QualityFinding>> {
  return qualityQuery(table, options, findingColumns, qualityFindingsSql) as Query<
    SourceRow<T, C, QualityFinding>
  >
}

function qualityQuery<T extends Table, C extends ColumnName<T>>(
  table: T,
  given: QualityOptions<T, C>,
  columns: Readonly<Record<string, Column>>,
  sqlOf: typeof qualityCountsSql,
): Query<unknown> {
  // From here on, columns are texts.
  const options = given as unknown as QualityOptions<Table, string>
  const identity = identityColumns<Table>(table, options.by, Object.keys(columns))
  const plan = qualityPlan(
    table,
    options,
    identity.map(([name]) => name),
  )
  return {
    sql: (dialect) => sqlOf(table, plan, dialect),
    columns: { ...Object.fromEntries(identity), ...columns },
  }
}
