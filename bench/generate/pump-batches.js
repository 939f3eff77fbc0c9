import { simulate } from '@minilake/generator'
import { formatUtcDay, parseUtcDay, pump } from '@minilake/schema'

/**
 * Batches of exactly `rows` simulated readings, one a second, from day `firstDay` after 2026-01-01 on; with `reuseBuffers` each is to be
 * done with before the next, with `truth` the right answers are gathered too.
 */
export function* pumpBatches({ firstDay = 0, rows, reuseBuffers = false, truth = false }) {
  const from = formatUtcDay(parseUtcDay('2026-01-01') + firstDay)
  let left = rows
  const days = Math.ceil(rows / 86_400)
  for (const { batches } of simulate(pump, { from, days, reuseBuffers, truth })) {
    for (const batch of batches) {
      yield batch.rowCount <= left ? batch : firstRows(batch, left)
      left -= batch.rowCount
      if (left <= 0) return
    }
  }
}

function firstRows({ columns }, rowCount) {
  const cut = Object.entries(columns).map(([name, values]) => [name, values.subarray(0, rowCount)])
  return { rowCount, columns: Object.fromEntries(cut) }
}
