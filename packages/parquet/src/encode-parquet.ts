import { type Batch, checkBatch, type Table } from '@minilake/schema'
import { ParquetWriter } from 'hyparquet-writer'
import { ByteBlocks } from './file/byte-blocks.js'
import { checkCodec, type Codec } from './file/codec.js'
import { schemaElements } from './file/schema-elements.js'
import { PageIndexes } from './file/page-indexes.js'
import { compression, type RowGroup, rowGroup } from './file/row-group.js'

/**
 * The writer's name in our files, in the form parquet-java needs to trust string statistics (PARQUET-251). It names the
 * version of the bytes, not of the package: it changes only when the same rows give other bytes.
 */
export const createdBy = 'minilake version 3.0.0 (build 1)'

/** How a file is laid out. */
export interface EncodeOptions {
  /** Rows of each row group but the last; what is encoded of them is held in memory. Default 1,048,576. */
  rowGroupRows?: number
  /**
   * Compresses pages, such as `snappy` of `@minilake/parquet/snappy`; data pages of times, doubles and recurring texts only where they
   * get smaller. Doubles that do not recur are split by byte then (BYTE_STREAM_SPLIT). Default none.
   */
  codec?: Codec
  /**
   * Lets the chunks share their buffers, which is faster and takes less memory: each is then good until the next is taken, as it is
   * when chunk after chunk is written to a file or a store. Default false: a chunk belongs to whoever takes it.
   */
  reuseBuffers?: boolean
}

const optionNames = ['rowGroupRows', 'codec', 'reuseBuffers']

/** The size of the chunks in which a file's bytes come. */
const blockBytes = 1024 * 1024

/**
 * Batches of a table as the bytes of one Parquet file, in chunks of 1 MiB (the last one shorter), memory bounded by a row
 * group. The same rows give the same bytes however they are cut into batches. No batches give a valid file of no rows.
 * A batch is read before the next is asked for: its buffers may be filled again then. Throws a TypeError or RangeError when a
 * batch does not fit the table, or for options that make no sense.
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
  const group = takeSpare(table, codec) ?? rowGroup(table, codec)
  function* handOut(taken: readonly Uint8Array<ArrayBuffer>[]) {
    for (const block of taken) {
      yield block
      if (reuseBuffers) blocks.takeBack(block)
    }
  }
  function* writeGroup() {
    for (const _ of group.write(writer, indexes)) yield* handOut(blocks.takeBlocks())
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
  yield* handOut(blocks.takeRest())
  spares.set(table, { codec, group: new WeakRef(group) })
}

/** Buffers of chunks that nobody has any more. */
const freeBuffers: ArrayBuffer[] = []

/**
 * The row group of the last file of a table: small files in a row, as of days, use its buffers again, some 10 MB, where they would
 * else be collected after each; where memory is short they are. One that an error or its caller left half full is never here.
 */
const spares = new WeakMap<Table, { codec: Codec | undefined; group: WeakRef<RowGroup> }>()

function takeSpare(table: Table, codec: Codec | undefined): RowGroup | undefined {
  const spare = spares.get(table)
  if (spare?.codec !== codec) return undefined
  spares.delete(table)
  return spare?.group.deref()
}

/** Throws a TypeError or RangeError for options of other names than `names`, or of values that make no sense. */
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
