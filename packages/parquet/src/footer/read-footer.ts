import { types } from 'node:util'
import { describeValue } from '@minilake/schema'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync } from 'hyparquet'
import { checksEntry, type FileChecks, parseChecks, rowsEntry } from '../checks/file-checks.js'
import { isBefore } from '../file/bound-order.js'
import { describeElement } from '../file/schema-elements.js'

/** What a Parquet file's footer says about it. */
export interface Footer {
  rowCount: number
  rowGroupCount: number
  /** The program that wrote the file; absent when the footer does not name it. */
  createdBy?: string
  /**
   * The identity of the rows, a SHA-256 in hexadecimal: files with the same rows in the same order have the same, whatever their encoding.
   * Absent in files of other writers, and of ours before version 4 of their bytes. docs/data.md says what it is computed from.
   */
  rowsSha256?: string
  /** What the writer counted; absent as `rowsSha256` is. */
  checks?: FileChecks
  /** The other entries of the file's key-value metadata that have a text, by name. */
  metadata: Readonly<Record<string, string>>
  /** The columns in file order. A nested column is listed as its leaves, by dotted names. */
  columns: FooterColumn[]
}

/** One column of a Parquet file. */
export interface FooterColumn {
  name: string
  /** In Parquet's terms: `INT64 TIMESTAMP(MICROS,false)`. */
  type: string
  /** Whether rows may lack a value: true unless the column is REQUIRED. */
  nullable: boolean
  /** Minimum and maximum from the file's statistics; absent when a row group has none (no values, or a NaN). */
  min?: FooterValue
  max?: FooterValue
  /** Number of rows without a value; absent when a row group does not state it. */
  nullCount?: number
}

/** A bound in a footer. Timestamps are Dates (to the millisecond) and INT64 are bigints. Texts may be truncated, a max rounded up. */
export type FooterValue = bigint | boolean | number | string | Date | Uint8Array

/** A file: its bytes in a Uint8Array (a Buffer too) or an ArrayBuffer, or their number and slices of them, as in hyparquet's `AsyncBuffer`. */
export type FileBytes = Pick<Uint8Array, 'byteLength' | 'subarray'> | Slices

type Slices = Pick<AsyncBuffer, 'byteLength' | 'slice'>

/**
 * Reads the footer of a Parquet file: a few KiB from its end, whatever its size. Rejects with an Error of one sentence for a file
 * that is not Parquet, is truncated, or has a damaged footer or one whose columns lie outside the file, and with a TypeError for anything but a file's bytes.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * import { readFooter } from '@minilake/parquet'
 *
 * const { rowCount, columns } = await readFooter(await readFile('readings.parquet'))
 */
export async function readFooter(bytes: FileBytes): Promise<Footer> {
  const file = sliceable(bytes)
  // The smallest file: PAR1, the length of an empty footer, PAR1.
  if (file.byteLength < 12)
    throw new Error(`not a Parquet file: expected at least 12 bytes, got ${file.byteLength}`)
  const magic = new TextDecoder('latin1')
  const head = magic.decode(await file.slice(0, 4))
  if (head !== 'PAR1')
    throw new Error(`not a Parquet file: expected PAR1 at its start, got ${JSON.stringify(head)}`)
  const tail = magic.decode(await file.slice(file.byteLength - 4, file.byteLength))
  if (tail !== 'PAR1') throw new Error('a truncated Parquet file: expected PAR1 at its end')

  const metadata = await parquetMetadataAsync(file, { initialFetchSize: 64 * 1024 }).catch(
    (cause: unknown) => {
      throw new Error(`a damaged Parquet file: its footer cannot be read (${messageOf(cause)})`, { cause })
    },
  )
  checkExtent(metadata, file.byteLength)
  const leaves = metadata.schema.filter((element) => element.type !== undefined)
  const columns = leaves.map((element, index): FooterColumn => {
    const chunks = metadata.row_groups.map((group) => group.columns[index]?.meta_data)
    const name = chunks[0]?.path_in_schema.join('.') ?? element.name
    const column: FooterColumn = {
      name,
      type: describeElement(element),
      nullable: element.repetition_type !== 'REQUIRED',
    }
    const mins = chunks.map((chunk) => chunk?.statistics?.min_value)
    const maxs = chunks.map((chunk) => chunk?.statistics?.max_value)
    const nulls = chunks.map((chunk) => chunk?.statistics?.null_count)
    if (isComplete(mins) && isComplete(maxs)) {
      column.min = mins.reduce((a, b) => (isBefore(b, a) ? b : a))
      column.max = maxs.reduce((a, b) => (isBefore(a, b) ? b : a))
    }
    if (isComplete(nulls)) column.nullCount = nulls.reduce<number>((sum, count) => sum + Number(count), 0)
    return column
  })
  const entries = new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value]))
  const rowsSha256 = entries.get(rowsEntry)
  const checks = parseChecks(entries.get(checksEntry))
  return {
    rowCount: Number(metadata.num_rows),
    rowGroupCount: metadata.row_groups.length,
    ...(metadata.created_by === undefined ? {} : { createdBy: metadata.created_by }),
    ...(rowsSha256 !== undefined && { rowsSha256 }),
    ...(checks && { checks }),
    metadata: otherEntries(metadata),
    columns,
  }
}

function otherEntries({ key_value_metadata: entries = [] }: FileMetaData): Record<string, string> {
  const others = entries.filter(({ key }) => key !== rowsEntry && key !== checksEntry)
  return Object.fromEntries(others.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])))
}

/** Throws an Error unless all column chunks lie between the first magic number and the footer, and row groups add up to the rows. */
function checkExtent({ row_groups, num_rows, metadata_length }: FileMetaData, byteLength: number): void {
  const dataEnd = byteLength - 8 - metadata_length
  for (const { columns } of row_groups) {
    for (const { meta_data: chunk } of columns) {
      if (chunk === undefined) continue
      const { data_page_offset, dictionary_page_offset, total_compressed_size } = chunk
      const dictionary = Number(dictionary_page_offset ?? 0) // some writers set 0 where there is none
      const start = Math.min(Number(data_page_offset), dictionary > 0 ? dictionary : Infinity)
      const end = start + Number(total_compressed_size)
      if (start < 4 || end > dataEnd) {
        throw new Error(
          `a damaged Parquet file: column ${chunk.path_in_schema.join('.')} lies outside the file's data (bytes ${start} to ${end} of 4 to ${dataEnd})`,
        )
      }
    }
  }
  const rows = row_groups.reduce((sum, group) => sum + group.num_rows, 0n)
  if (rows !== num_rows)
    throw new Error(`a damaged Parquet file: expected ${num_rows} rows, its row groups have ${rows}`)
}

/** A Uint8Array's own `slice` gives no ArrayBuffer, and that of a Buffer no copy. */
function sliceable(bytes: FileBytes): Slices {
  if (types.isUint8Array(bytes)) {
    const { byteLength } = bytes
    return { byteLength, slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer }
  }
  if (isSlices(bytes)) return bytes
  throw new TypeError(
    `readFooter expected a Uint8Array, an ArrayBuffer or { byteLength, slice }, got ${describeValue(bytes)}`,
  )
}

function isSlices(bytes: unknown): bytes is Slices {
  return (
    typeof bytes === 'object' &&
    bytes !== null &&
    'slice' in bytes &&
    typeof bytes.slice === 'function' &&
    'byteLength' in bytes &&
    typeof bytes.byteLength === 'number' &&
    !ArrayBuffer.isView(bytes)
  )
}

function isComplete<V>(values: (V | undefined)[]): values is V[] {
  return values.length > 0 && values.every((value) => value !== undefined)
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
