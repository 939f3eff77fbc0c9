import { type Batch, checkBatch, type Table } from '@minilake/schema'
import { ParquetWriter } from 'hyparquet-writer'
import { ByteBlocks } from './file/byte-blocks.js'
import { checkCodec, type Codec } from './file/codec.js'
import { PageIndexes } from './file/page-indexes.js'
import { compression, type RowGroup, rowGroup } from './file/row-group.js'
import { schemaElements } from './file/schema-elements.js'

/**
 * The writer's name in our files, in the form that parquet-java needs to trust string statistics (PARQUET-251). Its version is that
 * of the bytes, not of the package: it changes only when the same rows give other bytes.
 */
export const createdBy = 'minilake version 3.0.0 (build 1)'

/** How a file is laid out. */
export interface EncodeOptions {
  /** Rows of every row group but the last. The encoded values of one row group are held in memory. Default 1,048,576. */
  rowGroupRows?: number
  /**
   * Compresses pages, such as `snappy` from `@minilake/parquet/snappy`. Data pages of times, doubles and recurring texts are compressed
   * only when they get smaller. With a codec, doubles that do not recur are split by byte (BYTE_STREAM_SPLIT). Default none.
   */
  codec?: Codec
  /**
   * Lets chunks share their buffers, which is faster and takes less memory. A chunk is then valid only until the next one is pulled,
   * which is enough to write them to a file or a store one after another. Default false: the consumer owns every chunk.
   */
  reuseBuffers?: boolean
}

const optionNames = ['rowGroupRows', 'codec', 'reuseBuffers']

/** Size of the chunks in which a file's bytes come. */
const blockBytes = 1024 * 1024

/**
 * Encodes batches of a table as the bytes of one Parquet file, in chunks of 1 MiB (the last one shorter). Memory is bounded by a row
 * group. The same rows give the same bytes, however they are cut into batches; no batches give a valid file without rows. Each batch
 * is read completely before the next one is pulled, so its buffers may be reused. Throws a TypeError or RangeError for a batch that
 * does not fit the table and for invalid options.
 *
 * @example
 * import { writeFile } from 'node:fs/promises'
 * import { type Batch, defineTable, encodeParquet } from '@minilake/parquet'
 *
 * const turbine = defineTable({ name: 'turbine', columns: { power: { type: 'double' } } })
 * const batch: Batch<typeof turbine> = { rowCount: 2, columns: { power: Float64Array.of(1.5, 2.5) } }
 * await writeFile('turbine.parquet', encodeParquet(turbine, [batch]))
 */
export function* encodeParquet<T extends Table>(
  table: T,
  batches: Iterable<Batch<T>>,
  options: EncodeOptions = {},
): Generator<Uint8Array> {
  checkEncodeOptions('encodeParquet', options, optionNames)
  const { rowGroupRows = 1_048_576, codec, reuseBuffers = false } = options
  const blocks = new ByteBlocks(blockBytes, reuseBuffers ? freeBuffers : [])
  const writer = new ParquetWriter({
    writer: blocks,
    schema: schemaElements(table),
    ...compression(codec),
    createdBy,
  })
  const indexes = new PageIndexes()
  const group = takeIdleRowGroup(table, codec) ?? rowGroup(table, codec)
  function* handOut(taken: readonly Uint8Array<ArrayBuffer>[]) {
    for (const block of taken) {
      yield block
      if (reuseBuffers) blocks.recycle(block)
    }
  }
  function* writeGroup() {
    for (const _ of group.write(writer, indexes)) yield* handOut(blocks.takeFullBlocks())
  }
  for (const batch of batches as Iterable<Batch>) {
    checkBatch(table, batch)
    for (let start = 0; start < batch.rowCount;) {
      const end = Math.min(batch.rowCount, start + rowGroupRows - group.rowCount())
      group.add(batch, start, end)
      start = end
      if (group.rowCount() === rowGroupRows) yield* writeGroup()
    }
  }
  if (group.rowCount() > 0) yield* writeGroup()
  indexes.write(writer.writer)
  void writer.finish()
  yield* handOut(blocks.drain())
  idleRowGroups.set(table, { codec, group: new WeakRef(group) })
}

/** Buffers of chunks that no consumer holds any more. */
const freeBuffers: ArrayBuffer[] = []

/**
 * The row group of the last file of each table. Files written one after another, such as one a day, reuse its buffers of some 10 MB,
 * which would otherwise be collected after each file; the weak reference lets them go when memory is short. A row group that an
 * error or an early return left with rows in it never gets here.
 */
const idleRowGroups = new WeakMap<Table, { codec: Codec | undefined; group: WeakRef<RowGroup> }>()

function takeIdleRowGroup(table: Table, codec: Codec | undefined): RowGroup | undefined {
  const idle = idleRowGroups.get(table)
  if (idle?.codec !== codec) return undefined
  idleRowGroups.delete(table)
  return idle?.group.deref()
}

/** Throws a TypeError or RangeError for options that are not among `names` and for values that make no sense. */
export function checkEncodeOptions(
  subject: string,
  options: Readonly<Partial<Record<keyof EncodeOptions, unknown>>>,
  names: readonly string[],
): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${subject} expected an object of ${names.join(', ')}, got ${String(options)}`)
  const unknown = Object.keys(options).filter((name) => !names.includes(name))
  if (unknown.length > 0)
    throw new TypeError(`${subject} expected only ${names.join(', ')}, got ${unknown.join(', ')}`)
  const { rowGroupRows = 1, codec, reuseBuffers = false } = options
  if (!Number.isSafeInteger(rowGroupRows) || Number(rowGroupRows) < 1)
    throw new RangeError(`rowGroupRows expected a whole number of at least 1, got ${String(rowGroupRows)}`)
  if (codec !== undefined) checkCodec(codec)
  if (typeof reuseBuffers !== 'boolean')
    throw new TypeError(`reuseBuffers expected true or false, got ${String(reuseBuffers)}`)
}
