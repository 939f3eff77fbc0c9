import { endianness } from 'node:os'
import { columnBuffer, type ColumnBuffers, type ColumnType } from '@minilake/schema'
import type { DecodedArray } from 'hyparquet'
import type { Writer } from 'hyparquet-writer'
import { writeColumn } from 'hyparquet-writer/src/column.js'
import { type ChunkColumn, type WrittenChunk, writeColumnChunk } from './write-column-chunk.js'
import { recurringTexts } from '../encodings/recurring-texts.js'
import { type ColumnEncoder, pageRows } from './typed-column.js'

type Buffer = ColumnBuffers[ColumnType]

interface Part {
  values: Buffer
  nulls: Uint8Array | undefined
}

/**
 * A column of any type, held until its row group is whole and then encoded by hyparquet-writer, which takes every value as it
 * is; only texts that recur get a dictionary of our own.
 */
export function joinedColumn(column: ChunkColumn, type: ColumnType): ColumnEncoder<Buffer> {
  const isOptional = column.element.repetition_type === 'OPTIONAL'
  let parts: Part[] = []
  let rows = 0
  return {
    add(values, nulls, start, end) {
      // Copied: the caller may fill its buffers again before the row group is whole.
      parts.push({ values: values.slice(start, end), nulls: nulls?.slice(start, end) })
      rows += end - start
    },
    write(writer) {
      const values = join(type, parts, rows)
      const masks = parts
      parts = []
      rows = 0
      const texts =
        type === 'varchar' && !isOptional && endianness() === 'LE'
          ? recurringTexts(values as string[], pageRows)
          : undefined
      if (texts) return writeColumnChunk(writer, column, texts)
      return writeExactly(
        writer,
        column,
        isOptional ? withNulls(plainValues(type, values), masks) : plainValues(type, values),
      )
    },
  }
}

function join(type: ColumnType, parts: readonly Part[], rows: number): Buffer {
  const [first] = parts
  if (first && parts.length === 1) return first.values
  const joined = columnBuffer[type](rows)
  let at = 0
  for (const { values } of parts) {
    if (Array.isArray(values)) for (const text of values) (joined as string[])[at++] = text
    else {
      ;(joined as Uint8Array).set(values as Uint8Array, at)
      at += values.length
    }
  }
  return joined
}

function plainValues(type: ColumnType, values: Buffer): DecodedArray {
  return type === 'boolean' ? Array.from(values as Uint8Array, (value) => value !== 0) : values
}

function withNulls(values: DecodedArray, parts: readonly Part[]): DecodedArray {
  const all = Array.from(values as ArrayLike<unknown>)
  let at = 0
  for (const { values: part, nulls } of parts) {
    for (let row = 0; nulls && row < part.length; row++) if (nulls[row] === 1) all[at + row] = null
    at += part.length
  }
  return all
}

function writeExactly(writer: Writer, column: ChunkColumn, values: DecodedArray): WrittenChunk {
  const isOptional = column.element.repetition_type === 'OPTIONAL'
  // The library's dictionaries take 0 and −0 for one value.
  const isPlain =
    column.element.type === 'FLOAT' && (values as unknown[]).some((value) => Object.is(value, -0))
  return writeColumn({
    writer,
    column: { ...column, ...(isPlain && { encoding: 'PLAIN' as const }) },
    pageData: {
      values,
      definitionLevels: isOptional
        ? Array.from(values as ArrayLike<unknown>, (value) => (value === null ? 0 : 1))
        : [],
      repetitionLevels: [],
      maxDefinitionLevel: isOptional ? 1 : 0,
    },
  })
}
