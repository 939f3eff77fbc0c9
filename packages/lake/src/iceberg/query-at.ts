import {
  asOfSnapshot,
  freeSql,
  type Query,
  QueryError,
  type ResultRows,
  type SqlEngine,
} from '@minilake/analytics'
import { icebergSnapshotAt, icebergSnapshots } from '@minilake/catalog'
import { type Column, describeValue, type LakeProfile, type Table } from '@minilake/schema'
import type { EnginePool } from '../open/engine-pool.js'
import { checkSnapshotId, historyTable } from './check-history.js'
import { UsageError } from '../usage-error.js'

/** As of when a query reads Iceberg tables: a time, or a snapshot by its ID. */
export type HistoryMoment = { at: Date } | { snapshot: string }

/**
 * The moment that the options of a query name; undefined for now. Throws a TypeError for a moment that is given twice or is of another type,
 * and a RangeError for what is no ID or no time.
 */
export function historyMoment({
  at,
  snapshot,
}: {
  at?: Date | undefined
  snapshot?: string | undefined
}): HistoryMoment | undefined {
  if (at !== undefined && snapshot !== undefined)
    throw new TypeError('query expected `at` or `snapshot`, got both')
  if (at !== undefined) {
    if (!(at instanceof Date))
      throw new TypeError(`query expected a Date as \`at\`, got ${describeValue(at)}`)
    if (Number.isNaN(at.getTime())) throw new RangeError('query expected a time as `at`, got an invalid Date')
    return { at }
  }
  if (snapshot === undefined) return undefined
  checkSnapshotId('query', snapshot)
  return { snapshot }
}

/** Why free SQL takes no moment. */
export const momentOfSql =
  'query expected a built-in query with `at` or `snapshot`: in SQL, FOR TIMESTAMP AS OF and FOR VERSION AS OF follow the name of a table'

/** Rows of a query of one table as of a moment in its history. It runs when rows or columns are first requested. */
export function queryAt<R, C extends Readonly<Record<string, Column>>>(
  query: Query<R, C>,
  moment: HistoryMoment,
  how: { lake: { profile: LakeProfile }; engines: EnginePool; tables: readonly Table[]; signal: AbortSignal },
): ResultRows<R, C> {
  const { engines, signal } = how
  const table = historyTable(how.lake, how.tables)
  let running: Promise<{ rows: ResultRows<R, C>; id: string }> | undefined
  const run = async () => {
    const id = await engines.use([table], (engine) => snapshotAt(table, moment, engine, signal))
    return { id, rows: engines.query(asOfSnapshot(query, table, id), { tables: [table], signal }) }
  }
  /** Says so if the snapshot expired while it was read. */
  const explained = async (error: unknown): Promise<unknown> => {
    if (running === undefined || signal.aborted || !(error instanceof QueryError)) return error
    const { id } = await running
    const isThere = await engines.use([table], (engine) => hasSnapshot(table, id, engine, signal))
    if (isThere) return error
    return new Error(
      `snapshot ${id} of table ${table.name} expired while it was read: minilake snapshots --table ${table.name} lists those that are left`,
      { cause: error },
    )
  }
  async function* explaining<Item>(items: (rows: ResultRows<R, C>) => AsyncIterable<Item>) {
    const { rows } = await (running ??= run())
    try {
      yield* items(rows)
    } catch (error) {
      throw await explained(error)
    }
  }
  return {
    columns: async () => {
      const { rows } = await (running ??= run())
      return rows.columns().catch(async (error: unknown) => {
        throw await explained(error)
      })
    },
    batches: () => explaining((rows) => rows.batches()),
    [Symbol.asyncIterator]: () => explaining((rows) => rows),
  }
}

/** The ID of a table's snapshot at a moment. Throws a UsageError if it has none. */
async function snapshotAt(
  table: Table,
  moment: HistoryMoment,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<string> {
  const hint = `minilake snapshots --table ${table.name} lists its snapshots`
  if ('snapshot' in moment) {
    if (await hasSnapshot(table, moment.snapshot, engine, signal)) return moment.snapshot
    throw new UsageError(`table ${table.name} has no snapshot ${moment.snapshot}: ${hint}`)
  }
  for await (const { id } of engine.query(freeSql(icebergSnapshotAt(table, moment.at)), { signal }))
    return String(id)
  throw new UsageError(
    `table ${table.name} has no snapshot of ${moment.at.toISOString()}: it is from before the table, or has expired; ${hint}`,
  )
}

async function hasSnapshot(
  table: Table,
  id: string,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<boolean> {
  for await (const _row of engine.query(freeSql(icebergSnapshots(table, { id })), { signal })) return true
  return false
}
