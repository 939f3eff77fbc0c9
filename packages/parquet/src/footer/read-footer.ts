import { type AsyncBuffer, parquetMetadataAsync } from 'hyparquet'
import { describeElement } from '../file/schema-elements.js'

/** What a Parquet file says of itself at its end. */
export interface Footer {
  rowCount: number
  rowGroupCount: number
  /** The program that wrote it; absent where it does not say. */
  createdBy?: string
  /** The columns of the file, in order; a nested one stands as its leaves, by dotted name. */
  columns: FooterColumn[]
}

/** One column of a Parquet file. */
export interface FooterColumn {
  name: string
  /** In Parquet's words: `INT64 TIMESTAMP(MICROS,false)`. */
  type: string
  /** Whether rows may lack a value: OPTIONAL (or REPEATED), not REQUIRED. */
  nullable: boolean
  /** Least and greatest value by the file's statistics; absent where a row group has none (no values, or all NaN). */
  min?: FooterValue
  max?: FooterValue
  /** Rows without a value; absent where a row group does not say. */
  nullCount?: number
}

/** A bound in a footer. Times come as Date (to the millisecond), INT64 as bigint, texts may be cut short (a max then rounded up). */
export type FooterValue = bigint | boolean | number | string | Date | Uint8Array

/** A file's bytes by position: hyparquet's `AsyncBuffer`, of which only the length and slices are used. */
export type FileBytes = Pick<AsyncBuffer, 'byteLength' | 'slice'>

/**
 * Reads the footer of a Parquet file: a few KiB from its end, whatever its size.
 * Throws an Error in one sentence for a file that is not Parquet or is cut short.
 */
export async function readFooter(file: FileBytes): Promise<Footer> {
  // The least a Parquet file can be: PAR1, an empty footer's length, PAR1.
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
  return {
    rowCount: Number(metadata.num_rows),
    rowGroupCount: metadata.row_groups.length,
    ...(metadata.created_by === undefined ? {} : { createdBy: metadata.created_by }),
    columns,
  }
}

function isComplete<V>(values: (V | undefined)[]): values is V[] {
  return values.length > 0 && values.every((value) => value !== undefined)
}

// Parquet orders texts by their UTF-8 bytes, JavaScript by UTF-16 units: they differ on characters beyond U+FFFF.
function isBefore(a: FooterValue, b: FooterValue): boolean {
  if (typeof a === 'string' && typeof b === 'string')
    return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
  return a < b
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
