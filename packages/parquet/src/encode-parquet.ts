import { type Batch, checkBatch, type Table } from '@minilake/schema'
import { checkEntries, checksEntry, rowsEntry } from './checks/file-checks.js'
import { checkIterable, checkTable } from './check-table.js'
import { ByteBlocks } from './file/byte-blocks.js'
import { withoutNanBounds } from './file/chunk-statistics.js'
import { checkCodec, type Codec } from './file/codec.js'
import { type FooterContent, writeFooter, writeMagic } from './file/footer.js'
import { PageIndexes } from './file/page-indexes.js'
import { rowGroup } from './file/row-group.js'
import { schemaElements } from './file/schema-elements.js'

/**
 * The writer's name in our files, in the form that parquet-java needs to trust string statistics (PARQUET-251). Its version is that
 * of the bytes, not of the package: it changes only when the same rows give other bytes.
 */
export const createdBy = 'minilake version 4.0.0 (build 1)'

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
   * Reuses the buffer of each chunk that the consumer gives back when it pulls the next one: `chunks.next(chunk)`. That saves allocating
   * them. The consumer owns every chunk that it does not give back, as `for…of` and `Readable.from` never do. Default false: chunks
   * given back are not reused either.
   */
  reuseBuffers?: boolean
  /**
   * Whether the file carries the identity of its rows, and their counts and bounds: see `Footer`. The SHA-256 takes about as long as the
   * encoding of readings. Default true.
   */
  checks?: boolean
  /** Texts by name that are added to the file's key-value metadata. Default none. */
  metadata?: Readonly<Record<string, string>>
}

const optionNames = ['rowGroupRows', 'codec', 'reuseBuffers', 'checks', 'metadata']

/** Entries that the encoder writes. */
const ownEntries = [rowsEntry, checksEntry]

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
): EncodedChunks {
  checkEncodeOptions('encodeParquet', options, optionNames)
  checkTable(table)
  checkIterable(`batches of table ${table.name}`, batches)
  const { rowGroupRows = 1_048_576, codec, reuseBuffers = false, checks = true, metadata = {} } = options
  const blocks = new ByteBlocks(blockBytes)
  const footer: FooterContent = {
    version: 2,
    created_by: createdBy,
    schema: schemaElements(table),
    num_rows: 0n,
    row_groups: [],
  }
  const indexes = new PageIndexes()
  const group = rowGroup(table, { codec, checks })
  function* handOut(taken: readonly Uint8Array<ArrayBuffer>[]): Blocks {
    for (const block of taken) {
      const givenBack = yield block
      if (reuseBuffers && givenBack === block) blocks.recycle(block)
    }
  }
  function* writeGroup(): Blocks {
    for (const _ of group.write(blocks, footer, indexes)) yield* handOut(blocks.takeFullBlocks())
  }
  try {
    writeMagic(blocks)
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
    indexes.write(blocks)
    const rows = Number(footer.num_rows)
    const checked = group.checks && checkEntries(rows, group.checks)
    const entries = [
      ...(checked ? checked.entries : []),
      ...Object.entries(metadata).map(([key, value]) => ({ key, value })),
    ]
    writeFooter(blocks, {
      ...footer,
      row_groups: withoutNanBounds(footer.row_groups),
      ...(entries.length > 0 && { key_value_metadata: entries }),
    })
    yield* handOut(blocks.drain())
    return { rows, ...(checked && { rowsSha256: checked.rowsSha256 }) }
  } finally {
    group.close()
  }
}

type Blocks = Generator<Uint8Array, void, Uint8Array | undefined>

/** What a file holds. */
export interface EncodedFile {
  readonly rows: number
  /** The identity of its rows, which is also in its key-value metadata: see `Footer`. Absent without checks. */
  readonly rowsSha256?: string
}

/**
 * The chunks of a file, then what it holds (undefined if the consumer stopped early). What the consumer passes to `next` is a chunk that
 * it gives back, for its buffer to be reused.
 */
export type EncodedChunks = Generator<Uint8Array, EncodedFile | undefined, Uint8Array | undefined>

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
  const { rowGroupRows = 1, codec, reuseBuffers = false, checks = true, metadata = {} } = options
  if (!Number.isSafeInteger(rowGroupRows) || Number(rowGroupRows) < 1)
    throw new RangeError(`rowGroupRows expected a whole number of at least 1, got ${String(rowGroupRows)}`)
  if (codec !== undefined) checkCodec(codec)
  if (typeof reuseBuffers !== 'boolean')
    throw new TypeError(`reuseBuffers expected true or false, got ${String(reuseBuffers)}`)
  if (typeof checks !== 'boolean') throw new TypeError(`checks expected true or false, got ${String(checks)}`)
  checkMetadata(metadata)
}

function checkMetadata(metadata: unknown): void {
  if (typeof metadata !== 'object' || metadata === null)
    throw new TypeError(`metadata expected an object of texts by name, got ${String(metadata)}`)
  for (const [name, value] of Object.entries(metadata)) {
    if (ownEntries.includes(name))
      throw new TypeError(`metadata expected other names than ${ownEntries.join(' and ')}, got ${name}`)
    if (typeof value !== 'string')
      throw new TypeError(`metadata expected a text for ${name}, got ${String(value)}`)
  }
}
