import type { Query, ResultRows, SqlEngine } from '@minilake/analytics'
import type { Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'

/** Engines of a lake that stay open between queries. */
export interface EnginePool {
  /** Rows of a query, run when the rows or columns are first requested, by an engine that knows the tables. */
  query<R>(query: Query<R>, options: { tables: readonly Table[]; signal: AbortSignal }): ResultRows<R>
  /** Runs `work` with an engine that knows the tables. */
  use<T>(tables: readonly Table[], work: (engine: SqlEngine) => Promise<T>): Promise<T>
  /** Closes all engines. */
  close(): Promise<void>
}

/**
 * Keeps one engine open per set of tables. DuckDB is told of its tables when it opens, so an engine is replaced when those statements
 * change, as after the first file of a table; queries that run on the old one end on it.
 */
export function enginePool(lake: Pick<LakeBackend, 'catalogStatements' | 'openEngine'>): EnginePool {
  const current = new Map<string, { statements: string; engine: Promise<SqlEngine> }>()
  const opened: Promise<SqlEngine>[] = []

  const engineFor = async (tables: readonly Table[]): Promise<SqlEngine> => {
    const names = tables.map(({ name }) => name).join()
    const statements = (await lake.catalogStatements(tables)).join(';\n')
    const known = current.get(names)
    if (known?.statements === statements) return known.engine
    const engine = lake.openEngine(tables)
    engine.catch(() => current.delete(names)) // the next query tries again
    opened.push(engine)
    current.set(names, { statements, engine })
    return engine
  }

  return {
    query: <R>(query: Query<R>, { tables, signal }: { tables: readonly Table[]; signal: AbortSignal }) => {
      let running: Promise<ResultRows<R>> | undefined
      const rows = () => (running ??= engineFor(tables).then((engine) => engine.query(query, { signal })))
      return {
        columns: async () => (await rows()).columns(),
        async *[Symbol.asyncIterator]() {
          yield* await rows()
        },
      }
    },
    use: async (tables, work) => work(await engineFor(tables)),
    close: async () => {
      for (const engine of await Promise.allSettled(opened.splice(0)))
        if (engine.status === 'fulfilled') await engine.value.close()
      current.clear()
    },
  }
}
