import type { Query, SqlEngine } from '@minilake/analytics'
import type { Column } from '@minilake/schema'

/**
 * An engine whose queries reject if `check` does, before they start or after their last row: a table that was rewritten in the shape of
 * another definition has no values in columns that it no longer has.
 */
export function checkedEngine(engine: SqlEngine, check: () => Promise<void>): SqlEngine {
  return {
    dialect: engine.dialect,
    execute: (statement) => engine.execute(statement),
    query: <R, C extends Readonly<Record<string, Column>>>(
      query: Query<R, C>,
      options?: { signal?: AbortSignal },
    ) => {
      const rows = engine.query(query, options)
      const columns = async () => {
        await check()
        return rows.columns()
      }
      async function* checked<Item>(items: () => AsyncIterable<Item>) {
        await columns()
        yield* items()
        await check()
      }
      return {
        columns,
        batches: () => checked(() => rows.batches()),
        [Symbol.asyncIterator]: () => checked(() => rows),
      }
    },
    close: () => engine.close(),
  }
}
