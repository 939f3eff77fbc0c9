import type { Batch, Table } from '@minilake/schema'
import { fillBatch, type Units } from './fill-batch.js'

/** Rows of a batch by their numbers, in that order, as a batch of its own. */
export function pickRows(table: Table, batch: Batch, rows: Uint32Array): Batch {
  return fillBatch(table, rows.length, [batch], (target, [units], unitsPerRow) =>
    pickUnits(target, units as typeof target, unitsPerRow, rows),
  )
}

function pickUnits<U extends Units>(target: U, units: U, unitsPerRow: number, rows: Uint32Array): void {
  let at = 0
  for (let index = 0; index < rows.length; index++) {
    const first = (rows[index] as number) * unitsPerRow
    for (let unit = first; unit < first + unitsPerRow; unit++) target[at++] = units[unit] as U[number]
  }
}
