import { query } from '@minilake/analytics'
import type { TrinoEngine } from '@minilake/analytics/trino'
import { icebergRowsOfBatches } from '@minilake/catalog'
import type { Table } from '@minilake/schema'
import type { LakeStore } from '../lake-backend.js'
import { runningIn } from './until-ended.js'
import {
  completeOpen,
  longestMillis,
  openChanges,
  type RecordedChange,
  recordedChanges,
  removeOpen,
} from './change-record.js'

/** Where the records of changes are, and where their rows. */
export interface ChangedLake {
  store: LakeStore
  engine: TrinoEngine
  /** The table by the name that it has at the moment. Default: its own. */
  rowsIn?: Table
  signal: AbortSignal
}

/**
 * Settles the records of changes of an Iceberg table of which nobody knows whether they were committed, because a process or a server died:
 * the table tells. The record of a change whose rows came or went is completed; that of another one is removed after an hour, unless
 * a statement that changes the table runs in Trino.
 */
export async function settleChanges(
  table: Table,
  { store, engine, rowsIn = table, signal }: ChangedLake,
): Promise<void> {
  const open = await openChanges(table, store, signal)
  if (open.length === 0) return
  const recorded = open.some(({ adds }) => adds.length === 0)
    ? await recordedChanges(table, store, signal)
    : []
  const expected = new Map<string, number>() // rows by batch, as the records of other changes have it
  for (const { adds, whole } of recorded)
    for (const { batch, rows } of adds) if (whole.includes(batch)) expected.set(batch, rows)
  const now = (await store.now?.())?.getTime()
  const isOld = ({ begunAt }: RecordedChange) => now !== undefined && now - begunAt > longestMillis
  const isBusy = open.some(isOld) && (await runningIn(rowsIn, engine, 'changes', signal)).length > 0
  const batches = open.flatMap(({ adds, takes = [] }) => [...adds.map(({ batch }) => batch), ...takes])
  const found = await rowsOf(rowsIn, [...new Set(batches)], engine, signal)
  const rows = (batch: string) => found.get(batch) ?? 0
  for (const change of open) {
    const { id, adds, takes = [], begunAt } = change
    const whole = adds.filter((added) => rows(added.batch) === added.rows).map(({ batch }) => batch)
    if (isSeen(change, rows, expected))
      await completeOpen(
        table,
        store,
        { id, begunAt, adds, ...(takes.length > 0 && { takes }), whole },
        { overwrite: false },
      )
    else if (isOld(change) && !isBusy) await removeOpen(table, store, id)
  }
}

/** Whether a table shows that a change was committed: it has rows that the change added, or lacks rows that it took. */
function isSeen(
  { adds, takes = [] }: RecordedChange,
  rows: (batch: string) => number,
  expected: ReadonlyMap<string, number>,
): boolean {
  return adds.length > 0
    ? adds.some(({ batch }) => rows(batch) > 0)
    : takes.some((batch) => rows(batch) !== (expected.get(batch) ?? rows(batch)))
}

/** Most batches in one statement, which names each. */
const batchesPerStatement = 1000

/** The rows of some batches of an Iceberg table, by batch. */
async function rowsOf(
  table: Table,
  batches: readonly string[],
  engine: TrinoEngine,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (let start = 0; start < batches.length; start += batchesPerStatement) {
    const counts = query(icebergRowsOfBatches(table, batches.slice(start, start + batchesPerStatement)), {
      batch: { type: 'varchar' },
      rows: { type: 'bigint' },
    })
    for await (const { batch, rows } of engine.query(counts, { signal })) found.set(batch, Number(rows))
  }
  return found
}
