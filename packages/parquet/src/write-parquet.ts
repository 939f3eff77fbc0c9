import { type Batch, type ColumnType, isNumeric, isWellFormed, type Table } from '@minilake/schema'
import type { ColumnData } from './columns/column-data.js'
import { type SourceColumn, sourceColumn } from './columns/source-column.js'
import { describeValue } from './columns/value-kind.js'
import { checkEncodeOptions, encodeParquet, type EncodeOptions } from './encode-parquet.js'
import { writeAtomically } from './write-atomically.js'

/** How `writeParquet` types and lays out a file. */
export interface WriteParquetOptions<Name extends string = string> extends Omit<
  EncodeOptions,
  'reuseBuffers'
> {
  /**
   * Column types by column name, when the type cannot be inferred (no rows, or only nulls) or is not the one you want.
   * A `timestamp` then also takes bigints (microseconds since 1970), a `date` takes Dates (their UTC day), 'YYYY-MM-DD' or days since
   * 1970, and `bigint`, `integer` and `boolean` take numbers that fit. Default: inferred.
   */
  types?: Readonly<Partial<Record<Name, ColumnType>>>
}

/** What `writeParquet` wrote. */
export interface WrittenFile {
  readonly rows: number
  readonly bytes: number
}

/**
 * Writes columns to a Parquet file, and replaces a file of that name. Columns have the names and the order of the object's keys (in
 * JavaScript, keys that are whole numbers come first). Any name works that is well-formed Unicode.
 *
 * | values                          | column type                              |
 * | ------------------------------- | ---------------------------------------- |
 * | `Float64Array`, `number[]`      | double                                   |
 * | `Float32Array`                  | real                                     |
 * | `Int32Array` and smaller        | integer                                  |
 * | `BigInt64Array`, `bigint[]`, …  | bigint                                   |
 * | `Date[]`                        | timestamp, UTC, microseconds, no zone    |
 * | `string[]`                      | varchar                                  |
 * | `boolean[]`                     | boolean                                  |
 *
 * `null` and `undefined` in an array are missing values and make the column nullable. Memory beyond the caller's arrays is bounded by a
 * row group. The file appears under its name only when it is complete.
 *
 * Throws a TypeError or RangeError, before anything is written, for values that do not make columns of one type and one length, and
 * an Error that names the path when the file cannot be written.
 *
 * @example
 * import { writeParquet } from '@minilake/parquet'
 *
 * const { rows, bytes } = await writeParquet('readings.parquet', {
 *   time: [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:00:01Z')],
 *   pressure: Float64Array.of(101.3, 101.4),
 *   note: [null, 'valve opened'],
 * })
 */
export async function writeParquet<Columns extends { readonly [Name in keyof Columns]: ColumnData }>(
  path: string,
  columns: Columns,
  options: WriteParquetOptions<keyof Columns & string> = {},
): Promise<WrittenFile> {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`writeParquet expected the path of a file, got ${describeValue(path)}`)
  checkEncodeOptions('writeParquet', options, ['types', 'rowGroupRows', 'codec'])
  const { types = {}, ...encodeOptions } = options
  const sources = sourceColumns(columns, types)
  const rows = sources[0]?.rowCount ?? 0
  const batches = batchesOf(sources, rows)
  const chunks = encodeParquet(tableOf(sources), batches, { ...encodeOptions, reuseBuffers: true })
  return { rows, bytes: await writeAtomically(path, chunks) }
}

function sourceColumns(columns: unknown, types: Readonly<Record<string, unknown>> | null): SourceColumn[] {
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) {
    throw new TypeError(`writeParquet expected an object of columns by name, got ${describeValue(columns)}`)
  }
  const entries: [string, unknown][] = Object.entries(columns)
  if (entries.length === 0) throw new TypeError('writeParquet expected at least one column, got none')
  if (typeof types !== 'object' || types === null)
    throw new TypeError(`types expected column types by column name, got ${describeValue(types)}`)
  for (const [name, type] of Object.entries(types)) {
    if (!Object.hasOwn(columns, name))
      throw new TypeError(`types expected names of columns, got ${JSON.stringify(name)}`)
    if (!isColumnType(type)) {
      throw new TypeError(
        `types expected one of ${Object.keys(isNumeric).join(', ')} for column ${name}, got ${describeValue(type)}`,
      )
    }
  }
  const sources = entries.map(([name, data]) => {
    if (!isWellFormed(name))
      throw new TypeError(
        `column name ${JSON.stringify(name)} expected Unicode text, got half a surrogate pair`,
      )
    const type = Object.hasOwn(types, name) ? types[name] : undefined
    return sourceColumn(name, data, isColumnType(type) ? type : undefined)
  })
  const [first, ...others] = sources
  const other = others.find(({ rowCount }) => rowCount !== first?.rowCount)
  if (first && other) {
    throw new RangeError(
      `columns expected the same number of rows, got ${first.rowCount} in ${first.name} and ${other.rowCount} in ${other.name}`,
    )
  }
  return sources
}

function isColumnType(type: unknown): type is ColumnType {
  return typeof type === 'string' && Object.hasOwn(isNumeric, type)
}

/** A table whose columns may have any name: those of `defineTable` must suit Hive too. */
function tableOf(sources: readonly SourceColumn[]): Table {
  const columns = sources.map(({ name, type, nullable }) => [name, { type, nullable }] as const)
  return { name: 'schema', columns: byName(columns) }
}

/** Rows of a batch: few enough that converted values take little memory. A row group is a whole number of batches by default. */
const batchRows = 65_536

function* batchesOf(columns: readonly SourceColumn[], rowCount: number): Generator<Batch> {
  for (let start = 0; start < rowCount; start += batchRows) {
    const end = Math.min(start + batchRows, rowCount)
    const slices = columns.map((column) => ({ name: column.name, ...column.slice(start, end) }))
    yield {
      rowCount: end - start,
      columns: byName(slices.map(({ name, values }) => [name, values])),
      nulls: byName(slices.flatMap(({ name, nulls }) => (nulls ? [[name, nulls] as const] : []))),
    }
  }
}

/** An object without a prototype: in any other, a column called `constructor` would be found where there is none. */
function byName<Value>(entries: Iterable<readonly [string, Value]>): Readonly<Record<string, Value>> {
  const named: Record<string, Value> = Object.fromEntries(entries)
  Object.setPrototypeOf(named, null)
  return named
}
