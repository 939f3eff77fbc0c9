import { type Batch, columnBuffer, columnsOf, type Table } from '@minilake/schema'
import { type WideBuffer, wordsOf } from './int32-view.js'

/** What is copied of a column: its texts, its bytes, or one or two words to a value. */
export type Units = string[] | Uint8Array | Int32Array

/** Copies rows of some sources, those of one column in several batches, to a target. */
export type CopyUnits = <U extends Units>(target: U, sources: readonly U[], unitsPerRow: number) => void

type Buffer = Batch['columns'][string]
type Nulls = Readonly<Record<string, Uint8Array>>

/**
 * A batch of its own, filled column by column with rows of other batches: with a mask for every nullable column, and with 0
 * or '' where a row has no value.
 */
export function fillBatch(table: Table, rowCount: number, sources: readonly Batch[], copy: CopyUnits): Batch {
  const columns: Record<string, Buffer> = {}
  const nulls: Record<string, Uint8Array> = {}
  for (const [name, { type, nullable }] of columnsOf(table)) {
    const values = type === 'varchar' ? new Array<string>(rowCount) : columnBuffer[type](rowCount)
    const buffers = sources.map((source) => source.columns[name] as Buffer)
    copyValues(values, buffers, copy)
    columns[name] = values
    if (!nullable) continue
    const masks = sources.map(
      (source) => (source.nulls as Nulls | undefined)?.[name] ?? new Uint8Array(source.rowCount),
    )
    const mask = new Uint8Array(rowCount)
    copy(mask, masks, 1)
    clearNulls(values, mask)
    nulls[name] = mask
  }
  return { rowCount, columns, nulls }
}

function copyValues(target: Buffer, sources: readonly Buffer[], copy: CopyUnits): void {
  if (Array.isArray(target)) copy(target, sources as string[][], 1)
  else if (target instanceof Uint8Array) copy(target, sources as Uint8Array[], 1)
  else copy(wordsOf(target), (sources as WideBuffer[]).map(wordsOf), target.BYTES_PER_ELEMENT / 4)
}

function clearNulls(values: Buffer, mask: Uint8Array): void {
  const nothing = Array.isArray(values) ? '' : values instanceof BigInt64Array ? 0n : 0
  for (let row = mask.indexOf(1); row !== -1; row = mask.indexOf(1, row + 1)) {
    ;(values as { [row: number]: string | bigint | number })[row] = nothing
  }
}
