import { endianness } from 'node:os'
import { columnBuffer } from '@minilake/schema'
import type { DecodedArray } from 'hyparquet'
import type { Writer } from 'hyparquet-writer'
import { writeColumn } from 'hyparquet-writer/src/column.js'
import { isLongText, recurringTexts } from '../encodings/recurring-texts.js'
import type { ChunkContent } from '../encodings/value-encoder.js'
import type { ChunkColumn, WrittenChunk } from './chunk-column.js'
import type { ColumnEncoder } from './column-encoder.js'
import { writeColumnChunk } from './write-column-chunk.js'

/** How the values of a column type are joined and encoded. */
export interface BufferedType<Buffer> {
  /** Copies rows: `slice` would not copy those of a Buffer. */
  copy(values: Buffer, start: number, end: number): Buffer
  /** Joins the buffers of two parts or more. */
  join(parts: readonly Buffer[], rowCount: number): Buffer
  /** The values as hyparquet-writer takes them. */
  decoded(values: Buffer): DecodedArray
  /** Encodes a column without nulls by a dictionary of our own; undefined when hyparquet-writer does it as well. */
  withDictionary?(values: Buffer): ChunkContent | undefined
}

interface Part<Buffer> {
  values: Buffer
  nulls: Uint8Array | undefined
}

/**
 * Encodes a column of any type: it keeps the values until the row group is complete, and hyparquet-writer then encodes them. Only
 * texts that recur get a dictionary of our own.
 */
export function bufferedColumn<Buffer extends { readonly length: number }>(
  column: ChunkColumn,
  type: BufferedType<Buffer>,
): ColumnEncoder<Buffer> {
  const isOptional = column.element.repetition_type === 'OPTIONAL'
  let parts: Part<Buffer>[] = []
  let rows = 0
  return {
    add(values, nulls, start, end) {
      // Copies, because the caller may reuse its buffers before the row group is complete.
      parts.push({
        values: type.copy(values, start, end),
        nulls: nulls && new Uint8Array(nulls.subarray(start, end)),
      })
      rows += end - start
    },
    write(writer) {
      const [first, ...others] = parts
      const values =
        first && others.length === 0
          ? first.values
          : type.join(
              parts.map((part) => part.values),
              rows,
            )
      const written = parts
      parts = []
      rows = 0
      const content = isOptional ? undefined : type.withDictionary?.(values)
      if (content) return writeColumnChunk(writer, column, content)
      const decoded = type.decoded(values)
      return writeByLibrary(writer, column, isOptional ? withNulls(decoded, written) : decoded)
    },
    close() {
      parts = []
    },
  }
}

/** A typed array, as far as it is used here. */
interface NumberBuffer<Buffer> {
  set(part: Buffer, at: number): void
  subarray(start: number, end: number): Buffer
}

/** Values in typed arrays, encoded as they are. */
export function bufferedNumbers<Buffer extends DecodedArray & NumberBuffer<Buffer>>(
  newBuffer: (rowCount: number) => Buffer,
): BufferedType<Buffer> {
  return {
    copy(values, start, end) {
      const copy = newBuffer(end - start)
      copy.set(values.subarray(start, end), 0)
      return copy
    },
    join(parts, rowCount) {
      const joined = newBuffer(rowCount)
      let at = 0
      for (const part of parts) {
        joined.set(part, at)
        at += part.length
      }
      return joined
    },
    decoded: (values) => values,
  }
}

/** Booleans: 0 or 1 in a batch, false or true for hyparquet-writer. */
export const bufferedBooleans: BufferedType<Uint8Array> = {
  ...bufferedNumbers(columnBuffer.boolean),
  decoded: (values) => Array.from(values, (value) => value !== 0),
}

/** Texts. */
export const bufferedTexts: BufferedType<string[]> = {
  copy: (values, start, end) => values.slice(start, end),
  join(parts, rowCount) {
    const joined = columnBuffer.varchar(rowCount)
    let at = 0
    for (const part of parts) for (const text of part) joined[at++] = text
    return joined
  },
  decoded: (values) => values,
  ...(endianness() === 'LE' && { withDictionary: recurringTexts }),
}

function withNulls(values: DecodedArray, parts: readonly Part<{ length: number }>[]): DecodedArray {
  const all = Array.from<unknown>(values)
  let at = 0
  for (const { values: part, nulls } of parts) {
    for (let row = 0; nulls && row < part.length; row++) if (nulls[row] === 1) all[at + row] = null
    at += part.length
  }
  return all
}

function writeByLibrary(writer: Writer, column: ChunkColumn, values: DecodedArray): WrittenChunk {
  const isOptional = column.element.repetition_type === 'OPTIONAL'
  const { type } = column.element
  // The library's dictionaries take 0 and −0 for one value, and are Maps, which long texts make slow.
  const isPlain =
    (type === 'FLOAT' && hasNegativeZero(values)) || (type === 'BYTE_ARRAY' && hasLongText(values))
  const { columnIndex, ...written } = writeColumn({
    writer,
    column: { ...column, ...(isPlain && { encoding: 'PLAIN' as const }) },
    pageData: {
      values,
      definitionLevels: isOptional
        ? Array.from<unknown, number>(values, (value) => (value === null ? 0 : 1))
        : [],
      repetitionLevels: [],
      maxDefinitionLevel: isOptional ? 1 : 0,
    },
  })
  const hasNan = columnIndex?.nan_counts?.some((count) => count > 0n) === true
  return { ...written, ...(columnIndex && !hasNan && { columnIndex }) } // see columnIndexOf
}

function hasNegativeZero(values: ArrayLike<unknown>): boolean {
  for (let row = 0; row < values.length; row++) if (Object.is(values[row], -0)) return true
  return false
}

function hasLongText(values: ArrayLike<unknown>): boolean {
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    if (typeof value === 'string' && isLongText(value)) return true
  }
  return false
}
