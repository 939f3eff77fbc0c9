import { type Batch, columnBuffer, columnsOf, columnValues, nullMask, type Table } from '@minilake/schema'
import type { ColumnBuffer } from './column-buffer.js'
import { int32View, isBytes, isWide } from './int32-view.js'

/** The units in which a column is copied: its texts, its bytes, or one or two 32-bit words per value. */
export type Units = string[] | Uint8Array | Int32Array

/** Copies rows of one column from several batches to a target. */
export type CopyUnits = <U extends Units>(target: U, sources: readonly U[], unitsPerRow: number) => void

/**
 * Makes a batch of its own and fills it, column by column, with rows of other batches. Every nullable column gets a mask, and 0 or ''
 * where a row has no value.
 */
export function fillBatch(table: Table, rowCount: number, sources: readonly Batch[], copy: CopyUnits): Batch {
  const columns: Record<string, ColumnBuffer> = {}
  const nulls: Record<string, Uint8Array> = {}
  for (const [name, { type, nullable }] of columnsOf(table)) {
    const values = type === 'varchar' ? new Array<string>(rowCount) : columnBuffer[type](rowCount)
    copyValues(
      values,
      sources.map((source) => columnValues(source, name)),
      copy,
    )
    columns[name] = values
    if (!nullable) continue
    const mask = new Uint8Array(rowCount)
    copy(
      mask,
      sources.map((source) => nullMask(source, name) ?? new Uint8Array(source.rowCount)),
      1,
    )
    clearNulls(values, mask)
    nulls[name] = mask
  }
  return { rowCount, columns, nulls }
}

/** All sources have the type of the target; the filters only tell the compiler so. */
function copyValues(target: ColumnBuffer, sources: readonly ColumnBuffer[], copy: CopyUnits): void {
  if (Array.isArray(target)) {
    copy(
      target,
      sources.filter((source) => Array.isArray(source)),
      1,
    )
  } else if (isBytes(target)) {
    copy(target, sources.filter(isBytes), 1)
  } else copy(int32View(target), sources.filter(isWide).map(int32View), target.BYTES_PER_ELEMENT / 4)
}

function clearNulls(values: ColumnBuffer, mask: Uint8Array): void {
  for (let row = mask.indexOf(1); row !== -1; row = mask.indexOf(1, row + 1)) {
    if (Array.isArray(values)) values[row] = ''
    else if (values instanceof BigInt64Array) values[row] = 0n
    else values[row] = 0
  }
}
