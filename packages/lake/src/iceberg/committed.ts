import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { freeSql } from '@minilake/analytics'
import type { TrinoEngine } from '@minilake/analytics/trino'
import type { Table } from '@minilake/schema'
import { isConflict } from './is-not-committed.js'
import { type ChangedLake, settleChanges } from './settle-changes.js'

/** How often a statement is tried that others disturb; the waits between grow from a quarter of a second to four. */
const mostTries = 12

/** By default Trino rounds the times in Hive tables, which staging tables are, to milliseconds. */
const sessionProperties = { 'hive.timestamp_precision': 'MICROSECONDS' }

/** Runs a query of an Iceberg table, or of staged rows; resolves with its rows. */
export async function rowsOfQuery(
  engine: TrinoEngine,
  sql: string,
  signal: AbortSignal,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  for await (const row of engine.query(freeSql(sql), { signal, sessionProperties })) rows.push(row)
  return rows
}

/**
 * Runs `work`, which looks at an Iceberg table and changes it by one statement, again while another writer's change conflicts with it. The
 * records that earlier changes left are settled first. Rejects with an Error in one sentence when this does not end.
 */
export async function committed<R>(table: Table, lake: ChangedLake, work: () => Promise<R>): Promise<R> {
  const { signal } = lake
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted()
    try {
      await settleChanges(table, lake)
      return await work()
    } catch (cause) {
      if (!isConflict(cause)) throw cause
      if (tries === mostTries)
        throw new Error(
          `table ${table.name} was not changed: other writers changed it ${mostTries} times meanwhile: try again, or run fewer writers at once`,
          { cause },
        )
      // Two writers that wait equally long would meet again.
      const longest = Math.min(4000, 250 * 2 ** (tries - 1))
      await wait(randomInt(longest / 2, longest), undefined, { signal })
    }
  }
}
