import type { Query, SqlEngine } from '@minilake/analytics'

/**
 * An engine whose queries reject if `check` does, before they start or after their last row: a table that was rewritten in the shape of
 * another definition has no values in columns that it no longer has.
 */
export function checkedEngine(engine: SqlEngine, check: () => Promise<void>): SqlEngine {
  return {
    dialect: engine.dialect,
    execute: (statement) => engine.execute(statement),
    query: <R>(query: Query<R>, options?: { signal?: AbortSignal }) => {
      const rows = engine.query(query, options)
      const columns = async () => {
        await check()
        return rows.columns()
      }
      return {
        columns,
        async *[Symbol.asyncIterator]() {
          await columns()
          yield* rows
          await check()
        },
      }
    },
    close: () => engine.close(),
  }
}
