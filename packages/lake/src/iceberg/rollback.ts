import { icebergRollback, icebergRowsPerBatch } from '@minilake/catalog'
import type { TrinoEngine } from '@minilake/analytics/trino'
import type { Table } from '@minilake/schema'
import { UsageError } from '../usage-error.js'
import { recorded } from './change-record.js'
import { committed } from './committed.js'
import { rowsOfQuery } from './rows-of-query.js'
import { type Snapshot, snapshotsOf } from './snapshots.js'
import { truthsOf } from './truths-of.js'
import { type IcebergLake, withTrino } from './with-staging.js'

/** How to roll back a table. */
export interface RollbackOptions {
  /** The ID of the snapshot that is to be current. */
  snapshot: string
  /** Do it. Default false: only say what would change. */
  rollback?: boolean
  signal: AbortSignal
}

/** What a rollback changed, or would change. */
export interface RollbackReport {
  table: string
  /** The snapshot that was current. */
  from: Snapshot
  /** The one that is to be current: the same as `from` when there is nothing to do. */
  to: Snapshot
  /** Truth files of simulated files of which the table then has other rows. */
  truths: number
  isRolledBack: boolean
}

/**
 * Makes an earlier snapshot of an Iceberg table the current one, or one that an earlier rollback has undone. The truth of files whose rows
 * change goes first, so that a run that dies leaves no truth of rows that are gone.
 */
export async function rollbackTable(
  table: Table,
  lake: IcebergLake,
  { snapshot, rollback = false, signal }: RollbackOptions,
): Promise<RollbackReport> {
  const { store } = lake
  return withTrino(lake, (engine) =>
    committed(
      table,
      { store, engine, signal },
      async () => {
        const [[to], [newest]] = await Promise.all([
          snapshotsOf(table, engine, { id: snapshot, signal }),
          currentOf(table, engine, signal),
        ])
        if (to === undefined || newest === undefined)
          throw new UsageError(
            `table ${table.name} has no snapshot ${snapshot}: minilake snapshots --table ${table.name} lists its snapshots`,
          )
        const isNothing = to.state === 'current'
        const changed = isNothing ? [] : await changedBatches(table, { engine, snapshot, signal })
        const truths = [...(await truthsOf(table, store, changed)).keys()]
        if (rollback && !isNothing) {
          for (const key of truths) await store.remove(key)
          await recorded(
            table,
            store,
            { adds: [], takes: changed },
            {
              run: () => rowsOfQuery(engine, icebergRollback(table, snapshot), signal),
              whole: () => [],
            },
          )
        }
        return {
          ...{ table: table.name, from: newest, to, truths: truths.length },
          isRolledBack: rollback && !isNothing,
        }
      },
      { isSettling: rollback },
    ),
  )
}

async function currentOf(table: Table, engine: TrinoEngine, signal: AbortSignal): Promise<Snapshot[]> {
  const all = await snapshotsOf(table, engine, { signal, withImports: false })
  return all.filter(({ state }) => state === 'current')
}

/** The batches of which a snapshot has other rows than the table now. */
async function changedBatches(
  table: Table,
  { engine, snapshot, signal }: { engine: TrinoEngine; snapshot: string; signal: AbortSignal },
): Promise<string[]> {
  const countsAt = async (asOf?: string) => {
    const rows = await rowsOfQuery(engine, icebergRowsPerBatch(table, asOf), signal)
    return new Map(rows.map(({ batch, rows: count }) => [String(batch), String(count)]))
  }
  const [before, after] = [await countsAt(), await countsAt(snapshot)]
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (batch) => before.get(batch) !== after.get(batch),
  )
}
