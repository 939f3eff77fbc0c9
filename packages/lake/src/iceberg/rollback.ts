import { icebergRollback, icebergRowsPerBatch } from '@minilake/catalog'
import type { TrinoEngine } from '@minilake/analytics/trino'
import { truthPrefix, truthSubject } from '@minilake/generator'
import { type Table, tablePrefix } from '@minilake/schema'
import { UsageError } from '../usage-error.js'
import { keyDigits } from './batch.js'
import { committed, rowsOfQuery } from './committed.js'
import { type Snapshot, snapshotsOf } from './snapshots.js'
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
  return withTrino(lake, (engine) =>
    committed(
      table,
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
        const truths = isNothing ? [] : await truthsOfChangedFiles(table, lake, { engine, snapshot, signal })
        if (rollback && !isNothing) {
          for (const key of truths) await lake.store.remove(key)
          await rowsOfQuery(engine, icebergRollback(table, snapshot), signal)
        }
        return {
          ...{ table: table.name, from: newest, to, truths: truths.length },
          isRolledBack: rollback && !isNothing,
        }
      },
      signal,
    ),
  )
}

async function currentOf(table: Table, engine: TrinoEngine, signal: AbortSignal): Promise<Snapshot[]> {
  const all = await snapshotsOf(table, engine, { signal, withImports: false })
  return all.filter(({ state }) => state === 'current')
}

/** Keys of the truths of files of which a snapshot has other rows than the table now. */
async function truthsOfChangedFiles(
  table: Table,
  lake: IcebergLake,
  { engine, snapshot, signal }: { engine: TrinoEngine; snapshot: string; signal: AbortSignal },
): Promise<string[]> {
  const truths: string[] = []
  for await (const { key } of lake.store.list(`${truthPrefix}${tablePrefix(table)}`)) truths.push(key)
  if (truths.length === 0) return []
  const countsAt = async (asOf?: string) => {
    const counts = new Map<string, string>()
    for (const { batch, rows } of await rowsOfQuery(engine, icebergRowsPerBatch(table, asOf), signal)) {
      const digits = String(batch).slice(0, keyDigits('').length)
      counts.set(digits, `${counts.get(digits) ?? ''} ${String(batch)} ${String(rows)}`)
    }
    return counts
  }
  const [before, after] = [await countsAt(), await countsAt(snapshot)]
  return truths.filter((key) => {
    const digits = keyDigits(truthSubject(key))
    return before.get(digits) !== after.get(digits)
  })
}
