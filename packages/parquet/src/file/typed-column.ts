import type { Writer } from 'hyparquet-writer'
import {
  type ChunkColumn,
  type ChunkContent,
  type Page,
  type PageStatistics,
  type WrittenChunk,
  writeColumnChunk,
} from './write-column-chunk.js'
import { hybridEncode } from '../encodings/hybrid-encoding.js'

/** Takes a column's values of one row group, batch by batch, and writes them as a column chunk; then it is empty again. */
export interface ColumnEncoder<Buffer> {
  /** Takes the values from `start` to before `end`; where `nulls` is 1, the row has none. */
  add(values: Buffer, nulls: Uint8Array | undefined, start: number, end: number): void
  write(writer: Writer): WrittenChunk
}

/** Encodes the values of one column chunk page by page, nulls left out; then it is empty again. */
export interface ValueEncoder<Values> {
  add(values: Values): void
  /** The page ends after the values taken so far and so many rows without one. */
  endPage(nullCount: number): void
  /** Each page is encoded as it is taken. */
  finish(): Omit<ChunkContent, 'pages'> & { pages: Iterable<EncodedValues> }
}

/** A page's values, encoded; valid until the next page is taken. */
export interface EncodedValues {
  values: Uint8Array
  statistics: PageStatistics
}

/** Rows of a page, as parquet-java cuts them: enough to encode well, few enough that the page index prunes. */
export const pageRows = 20_000

/** A column encoded from its typed array: this cuts it into pages and keeps account of nulls, `values` does the rest. */
export function typedColumn<Values extends Float64Array | BigInt64Array>(
  column: ChunkColumn,
  encoder: ValueEncoder<Values>,
): ColumnEncoder<Values> {
  const isOptional = column.element.repetition_type === 'OPTIONAL'
  const definitionLevels = new Uint32Array(isOptional ? pageRows : 0)
  let ended: { rowCount: number; levels: Uint8Array }[] = []
  let rows = 0
  let nulls = 0

  const addRows = (values: Values, mask: Uint8Array | undefined, start: number, end: number) => {
    if (!isOptional) return encoder.add(values.subarray(start, end) as Values)
    definitionLevels.fill(1, rows, rows + end - start)
    let next = start
    for (let row = start; row < end && mask; row++) {
      if (mask[row] !== 1) continue
      definitionLevels[rows + row - start] = 0
      nulls += 1
      if (next < row) encoder.add(values.subarray(next, row) as Values)
      next = row + 1
    }
    if (next < end) encoder.add(values.subarray(next, end) as Values)
  }
  const endPage = () => {
    encoder.endPage(nulls)
    ended.push({ rowCount: rows, levels: encodeLevels(definitionLevels, rows) })
    rows = nulls = 0
  }
  return {
    add(values, mask, start, end) {
      for (let next = start; next < end;) {
        const until = Math.min(end, next + pageRows - rows)
        addRows(values, mask, next, until)
        rows += until - next
        next = until
        if (rows === pageRows) endPage()
      }
    },
    write(writer) {
      if (rows > 0) endPage()
      const { pages, ...content } = encoder.finish()
      const counted = ended
      ended = []
      return writeColumnChunk(writer, column, { ...content, pages: withRows(pages, counted) })
    },
  }
}

function* withRows(
  pages: Iterable<EncodedValues>,
  counted: readonly { rowCount: number; levels: Uint8Array }[],
): Generator<Page> {
  let page = 0
  for (const { values, statistics } of pages) {
    const { rowCount, levels } = counted[page++] as (typeof counted)[number]
    yield { rowCount, levels, values, statistics }
  }
}

function encodeLevels(levels: Uint32Array, rows: number): Uint8Array {
  return levels.length === 0 ? new Uint8Array() : hybridEncode(levels.subarray(0, rows), 1)
}
