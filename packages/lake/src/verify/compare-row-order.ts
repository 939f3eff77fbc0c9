import type { SqlEngine } from '@minilake/analytics'
import type { Table } from '@minilake/schema'
import type { RowOrderOf } from '../lake-backend.js'
import type { StoredTruth } from '../truth/truth-file.js'

/** Compares the row order of data files with their truths, given by key of the data file; one sentence per difference. */
export async function compareRowOrder(
  table: Table,
  truths: ReadonlyMap<string, StoredTruth>,
  engine: SqlEngine,
  { rowOrderOf, signal }: { rowOrderOf: RowOrderOf; signal: AbortSignal },
): Promise<string[]> {
  const differences: string[] = []
  for (const [key, { delivery }] of truths) {
    const found = await rowOrderOf(table, key, { engine, signal })
    for (const name of ['outOfOrder', 'late'] as const) {
      if (found[name] === delivery[name]) continue
      const words = name === 'late' ? 'rows late by 60 s and more' : 'rows out of order'
      differences.push(`${key}: ${words} expected ${delivery[name]}, got ${found[name]}`)
    }
  }
  return differences.sort()
}
