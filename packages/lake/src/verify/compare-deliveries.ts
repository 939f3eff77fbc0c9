import { deliveryCounts, type SqlEngine } from '@minilake/analytics'
import type { Table } from '@minilake/schema'
import type { StoredTruth } from '../truth/truth-file.js'

/**
 * Compares the number of distinct readings per UTC day with the truths, one sentence per difference. Days without rows are covered by
 * the comparison of hours.
 */
export async function compareDeliveries(
  table: Table,
  truths: readonly StoredTruth[],
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<string[]> {
  const expected = new Map<string, number>()
  for (const { rows, delivery, parameters } of truths) {
    expected.set(parameters.day, (expected.get(parameters.day) ?? 0) + rows - delivery.duplicates)
  }
  const differences: string[] = []
  for await (const { day, readings } of engine.query(deliveryCounts(table), { signal })) {
    const awaited = expected.get(day)
    if (awaited === undefined || awaited === Number(readings)) continue
    differences.push(`${day}: distinct readings expected ${awaited}, got ${readings}`)
  }
  return differences
}
