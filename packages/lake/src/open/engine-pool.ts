import type { Query, ResultRows, SqlEngine } from '@minilake/analytics'
import type { Column, Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { UsageError } from '../usage-error.js'

/** Engines of a lake that stay open between queries. */
export interface EnginePool {
  /** Rows of a query, run when the rows or columns are first requested, by an engine that knows the tables. */
  query<R, C extends Readonly<Record<string, Column>>>(
    query: Query<R, C>,
    options: { tables: readonly Table[]; signal: AbortSignal },
  ): ResultRows<R, C>
  /** Runs `work` with an engine that knows the tables. */
  use<T>(tables: readonly Table[], work: (engine: SqlEngine) => Promise<T>): Promise<T>
  /** Closes all engines. */
  close(): Promise<void>
}

interface Entry {
  /** The statements that set up the engine's catalog. */
  statements: string
  engine: Promise<SqlEngine>
  /** Queries that run on it. */
  uses: number
  /** Whether later queries use another engine. */
  isReplaced: boolean
}

/**
 * Keeps one engine open per set of tables. DuckDB learns its tables when it opens, so an engine is replaced when those statements
 * change, as after the first file of a table; it closes when the last query on it has ended. A failed opening is not kept.
 */
export function enginePool(lake: Pick<LakeBackend, 'catalogStatements' | 'openEngine'>): EnginePool {
  const current = new Map<string, Entry>()
  const open = new Set<Entry>()
  let isClosed = false

  const closeEntry = async (entry: Entry) => {
    if (!open.delete(entry)) return
    const engine = await entry.engine.catch(() => undefined)
    await engine?.close()
  }

  const acquire = async (tables: readonly Table[]): Promise<Entry> => {
    const names = tables
      .map(({ name }) => name)
      .sort()
      .join()
    const statements = (await lake.catalogStatements(tables)).join(';\n')
    if (isClosed) throw new UsageError('the lake is closed: open it again with openLake')
    const known = current.get(names)
    if (known?.statements === statements) {
      known.uses += 1
      return known
    }
    const entry: Entry = { statements, engine: lake.openEngine(tables), uses: 1, isReplaced: false }
    open.add(entry)
    current.set(names, entry)
    entry.engine.catch(() => {
      open.delete(entry)
      if (current.get(names) === entry) current.delete(names)
    })
    if (known) {
      known.isReplaced = true
      if (known.uses === 0) await closeEntry(known)
    }
    return entry
  }

  const release = async (entry: Entry) => {
    entry.uses -= 1
    if (entry.isReplaced && entry.uses === 0) await closeEntry(entry)
  }

  return {
    query: <R, C extends Readonly<Record<string, Column>>>(
      query: Query<R, C>,
      { tables, signal }: { tables: readonly Table[]; signal: AbortSignal },
    ) => {
      let running: Promise<{ entry: Entry; rows: ResultRows<R, C> }> | undefined
      const run = async () => {
        const entry = await acquire(tables)
        return { entry, rows: (await entry.engine).query(query, { signal }) }
      }
      async function* releasing<Item>(items: (rows: ResultRows<R, C>) => AsyncIterable<Item>) {
        const { entry, rows } = await (running ??= run())
        try {
          yield* items(rows)
        } finally {
          await release(entry)
        }
      }
      return {
        columns: async () => (await (running ??= run())).rows.columns(),
        batches: () => releasing((rows) => rows.batches()),
        [Symbol.asyncIterator]: () => releasing((rows) => rows),
      }
    },
    use: async (tables, work) => {
      const entry = await acquire(tables)
      try {
        return await work(await entry.engine)
      } finally {
        await release(entry)
      }
    },
    close: async () => {
      isClosed = true
      current.clear()
      await Promise.all([...open].map(closeEntry))
    },
  }
}
