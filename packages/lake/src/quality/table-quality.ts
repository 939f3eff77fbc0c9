import {
  type IdentityName,
  type QualityCheck,
  type QualityCount,
  qualityCounts,
  type QualityFinding,
  qualityFindings,
  type QualityOptions as QualityQueryOptions,
  type Query,
  type ResultRows,
  type SourceRow,
} from '@minilake/analytics'
import { type ColumnName, columnsOf, type Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import type { QueryOptions } from '../query-options.js'

/** What to look for, as `qualityCounts` of `@minilake/analytics` has it, and what the queries run with. */
export type QualityOptions<T extends Table, C extends ColumnName<T>> = Omit<
  QualityQueryOptions<T, C>,
  'rowsInFileOrder'
> &
  Omit<QueryOptions, 'tables'>

/** What is wrong with the readings of a table. Its rows are queries that run when rows or columns are first requested. */
export interface TableQuality<T extends Table, C extends ColumnName<T>> {
  /** One row per source, with numbers. */
  counts: ResultRows<SourceRow<T, C, QualityCount>>
  /** One row per stretch of readings with something wrong. */
  findings: ResultRows<SourceRow<T, C, QualityFinding>>
  /** Where the expected time between readings comes from. */
  interval: 'given' | 'definition' | 'inferred'
  /** Checks that were wanted and cannot be made, and why. */
  unchecked: { check: QualityCheck; reason: string }[]
}

/** The quality of a table's readings. Throws as `qualityCounts` does. */
export async function tableQuality<T extends Table, C extends ColumnName<T> = IdentityName<T>>(
  table: T,
  { rowsInFileOrder }: Pick<LakeBackend, 'rowsInFileOrder'>,
  run: <R>(query: Query<R>, options: QueryOptions) => ResultRows<R>,
  { at, snapshot, signal, ...asked }: QualityOptions<T, C>,
): Promise<TableQuality<T, C>> {
  const order = await rowsInFileOrder?.(table)
  const options = { ...asked, ...(order && { rowsInFileOrder: order }) }
  const how: QueryOptions = {
    tables: [table],
    ...(at && { at }),
    ...(snapshot !== undefined && { snapshot }),
    ...(signal && { signal }),
  }
  const hasRange = asked.ranges !== undefined || columnsOf(table).some(([, { range }]) => range !== undefined)
  const reasons: { [C in QualityCheck]?: string | undefined } = {
    out_of_order: order ? undefined : 'the engine does not say where a row lies in its file',
    out_of_range: hasRange ? undefined : 'no column has a range',
  }
  return {
    counts: run(qualityCounts<T, C>(table, options), how),
    findings: run(qualityFindings<T, C>(table, options), how),
    interval:
      asked.intervalSeconds !== undefined
        ? 'given'
        : table.intervalSeconds === undefined
          ? 'inferred'
          : 'definition',
    unchecked: (Object.keys(reasons) as QualityCheck[]).flatMap((check) => {
      const reason = asked.checks?.includes(check) === false ? undefined : reasons[check]
      return reason === undefined ? [] : [{ check, reason }]
    }),
  }
}
