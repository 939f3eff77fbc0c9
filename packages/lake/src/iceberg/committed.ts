import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Table } from '@minilake/schema'
import { isConflict } from './is-not-committed.js'
import { type ChangedLake, settleChanges } from './settle-changes.js'

/** How often a statement is tried that others disturb; the waits between grow from a quarter of a second to four. */
const mostTries = 12

/**
 * Runs `work`, which looks at an Iceberg table and changes it by one statement, again while another writer's change conflicts with it. The
 * records that earlier changes left are settled first, unless `isSettling` is false, for a look that
 * changes nothing. Rejects with an Error in one sentence when this does not end.
 */
export async function committed<R>(
  table: Table,
  lake: ChangedLake,
  work: () => Promise<R>,
  { isSettling = true }: { isSettling?: boolean } = {},
): Promise<R> {
  const { signal } = lake
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted()
    try {
      if (isSettling) await settleChanges(table, lake)
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
