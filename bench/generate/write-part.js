import { closeSync, openSync, writeFileSync } from 'node:fs'
import { encodeParquet } from '@minilake/parquet'
import { pump } from '@minilake/schema'
import { pumpBatches } from './pump-batches.js'

/** Prepares a file of `rows` readings from day `firstDay` on; what it returns writes it. `held`: simulates them before that. */
export function preparePart({ path, firstDay, rows, rowGroupRows, held = false, truth = false }) {
  const simulated = pumpBatches({ firstDay, rows, reuseBuffers: !held, truth })
  const batches = held ? [...simulated] : simulated
  return () => {
    const file = openSync(path, 'w')
    for (const bytes of encodeParquet(pump, batches, { rowGroupRows, reuseBuffers: true, checks: false }))
      writeFileSync(file, bytes)
    closeSync(file)
  }
}
