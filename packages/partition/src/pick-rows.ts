import type { Batch, Table } from '@minilake/schema'
import { fillBatch, type Units } from './fill-batch.js'

/** Copies the rows of a batch with the given numbers, in that order, to a new batch with the columns of `table`, all of which it has. */
export function pickRows(table: Table, batch: Batch, rows: Uint32Array): Batch {
  return fillBatch(table, rows.length, [batch], (target, [units], unitsPerRow) => {
    if (units) pickUnits(target, units, unitsPerRow, rows)
  })
}

function pickUnits<U extends Units>(target: U, units: U, unitsPerRow: number, rows: Uint32Array): void {
  let at = 0
  for (let index = 0; index < rows.length; index++) {
    const first = (rows[index] ?? 0) * unitsPerRow
    for (let unit = first; unit < first + unitsPerRow; unit++) target[at++] = units[unit] as U[number]
  }
}
