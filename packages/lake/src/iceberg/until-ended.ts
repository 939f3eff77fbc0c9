import { setTimeout as wait } from 'node:timers/promises'
import type { TrinoEngine } from '@minilake/analytics/trino'
import { runningStatements } from '@minilake/catalog'
import type { Table } from '@minilake/schema'
import { rowsOfQuery } from './rows-of-query.js'

/** What a statement does with a table. */
type Use = 'changes' | 'reads'

/**
 * Waits until the statements have ended that change a table in Trino at the moment, or with `reads` those that read it. Those that begin
 * meanwhile are not waited for. Calls `onWait` once for each.
 */
export async function untilEnded(
  table: Table,
  engine: TrinoEngine,
  use: Use,
  { signal, onWait }: { signal: AbortSignal; onWait?: ((what: string) => void) | undefined },
): Promise<void> {
  let awaited = await runningIn(table, engine, use, signal)
  for (const id of awaited) onWait?.(`query ${id} in Trino, which ${use} table ${table.name}`)
  while (awaited.length > 0) {
    await wait(500, undefined, { signal })
    const left = new Set(await runningIn(table, engine, use, signal))
    awaited = awaited.filter((id) => left.has(id))
  }
}

/** The IDs of the queries that use a table in Trino at the moment. */
export async function runningIn(
  table: Pick<Table, 'name'>,
  engine: TrinoEngine,
  use: Use,
  signal: AbortSignal,
): Promise<string[]> {
  return (await rowsOfQuery(engine, runningStatements(table), signal))
    .filter(({ sql }) => usesOf(table, String(sql)).includes(use))
    .map(({ id }) => String(id))
}

/** What a statement does with a table, by its text. */
export function usesOf({ name }: Pick<Table, 'name'>, sql: string): Use[] {
  if (/\bsystem\.runtime\.queries\b/.test(sql)) return [] // our own look
  // The metadata tables, such as "turbine$files", are none of the table's files.
  const isNamed = new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'i').test(sql)
  if (!isNamed) return []
  const [word = ''] = /[a-z]+/i.exec(sql.replace(leading, '')) ?? []
  if (/^(?:MERGE|INSERT|UPDATE|DELETE|ALTER|TRUNCATE|CALL)$/i.test(word)) return ['changes', 'reads']
  return /^(?:WITH|SELECT|TABLE|VALUES|EXPLAIN|ANALYZE|CREATE|EXECUTE)$/i.test(word) ? ['reads'] : []
}

/** What may come before the first word of a statement: white space, comments and brackets. */
const leading = /^(?:[\s(]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/
