import type { Batch, Table } from '@minilake/schema'
import { fillBatch, type Units } from './fill-batch.js'

/** Copies the rows of a batch with the given numbers, in that order, to a new batch with the columns of `table`, all of which it has. */
export function pickRows(table: Table, batch: Batch, rows: Uint32Array): Batch {
  return fillBatch(table, rows.length, [batch], (target, [units], unitsPerRow) => {
    if (Array.isArray(target) && Array.isArray(units)) pickTexts(target, units, rows)
    else if (target instanceof Int32Array && units instanceof Int32Array) {
      if (unitsPerRow === 2) pickPairs(target, units, rows)
      else pickWords(target, units, rows)
    } else if (units) pickUnits(target, units, rows)
  })
}

// One loop for each kind of array: a loop over several kinds takes several times as long.

function pickTexts(target: string[], texts: readonly string[], rows: Uint32Array): void {
  for (let at = 0; at < rows.length; at++) target[at] = texts[rows[at] ?? 0] ?? ''
}

function pickWords(target: Int32Array, words: Int32Array, rows: Uint32Array): void {
  for (let at = 0; at < rows.length; at++) target[at] = words[rows[at] ?? 0] ?? 0
}

function pickPairs(target: Int32Array, words: Int32Array, rows: Uint32Array): void {
  for (let at = 0; at < rows.length; at++) {
    const word = 2 * (rows[at] ?? 0)
    target[2 * at] = words[word] ?? 0
    target[2 * at + 1] = words[word + 1] ?? 0
  }
}

function pickUnits<U extends Units>(target: U, units: U, rows: Uint32Array): void {
  for (let at = 0; at < rows.length; at++) target[at] = units[rows[at] ?? 0] as U[number]
}
