import { hybridEncode } from '../encodings/hybrid-encoding.js'
import { type EncodedValues, type Page, pageRows, type ValueEncoder } from '../encodings/value-encoder.js'
import type { ChunkColumn } from './chunk-column.js'
import type { ColumnEncoder } from './column-encoder.js'
import { writeColumnChunk } from './write-column-chunk.js'

/** A typed array, as far as it is used here. */
interface TypedValues<Values> {
  subarray(start: number, end: number): Values
}

/** Row count and encoded definition levels of a page. */
type PageRows = Pick<Page, 'rowCount' | 'levels'>

/** Encodes a column from its typed arrays. It cuts pages and keeps track of nulls; `encoder` encodes the values. */
export function typedColumn<Values extends TypedValues<Values>>(
  column: ChunkColumn,
  encoder: ValueEncoder<Values>,
): ColumnEncoder<Values> {
  const isOptional = column.element.repetition_type === 'OPTIONAL'
  const definitionLevels = new Uint32Array(isOptional ? pageRows : 0)
  let pages: PageRows[] = []
  let rows = 0
  let nulls = 0

  const addRows = (values: Values, mask: Uint8Array | undefined, start: number, end: number) => {
    if (!isOptional) return encoder.add(values.subarray(start, end))
    definitionLevels.fill(1, rows, rows + end - start)
    let next = start
    for (let row = start; row < end && mask; row++) {
      if (mask[row] !== 1) continue
      definitionLevels[rows + row - start] = 0
      nulls += 1
      if (next < row) encoder.add(values.subarray(next, row))
      next = row + 1
    }
    if (next < end) encoder.add(values.subarray(next, end))
  }
  const endPage = () => {
    encoder.endPage(nulls)
    pages.push({ rowCount: rows, levels: encodeLevels(definitionLevels, rows) })
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
      const { pages: encoded, ...content } = encoder.finish()
      const pageRowCounts = pages
      pages = []
      return writeColumnChunk(writer, column, { ...content, pages: withValues(pageRowCounts, encoded) })
    },
    close: () => encoder.close(),
  }
}

function* withValues(pages: readonly PageRows[], encoded: Iterable<EncodedValues>): Generator<Page> {
  const values = encoded[Symbol.iterator]()
  for (const page of pages) {
    const next = values.next()
    if (next.done) return
    yield { ...page, ...next.value }
  }
}

function encodeLevels(levels: Uint32Array, rows: number): Uint8Array {
  return levels.length === 0 ? new Uint8Array() : hybridEncode(levels.subarray(0, rows), 1)
}
