import type { Encoding, Statistics } from 'hyparquet'
import { ByteWriter, type Writer } from 'hyparquet-writer'
import type { writeColumn } from 'hyparquet-writer/src/column.js'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { unconvertMinMax } from 'hyparquet-writer/src/unconvert.js'

/** A column as hyparquet-writer's encoders take it. */
export type ChunkColumn = Parameters<typeof writeColumn>[0]['column']

/** A column chunk that was written: what the footer and the page indexes say of it. */
export type WrittenChunk = ReturnType<typeof writeColumn>

/** Least and greatest value (absent where there is none), rows without a value, and how many are NaN where that can be. */
export type PageStatistics = Statistics & { null_count: bigint; nan_count?: bigint }

/** A data page, its values and levels encoded. */
export interface Page {
  rowCount: number
  /** Definition levels of an OPTIONAL column, empty for a REQUIRED one. */
  levels: Uint8Array
  /** Valid until the next page is taken. */
  values: Uint8Array
  statistics: PageStatistics
}

/** What a column chunk holds. */
export interface ChunkContent {
  encoding: Encoding
  /** The dictionary in PLAIN. */
  dictionary?: { valueCount: number; bytes: Uint8Array }
  pages: Iterable<Page>
}

/**
 * Writes a column chunk: its dictionary page if it has one, then its data pages (version 2), compressed by the column's codec where
 * that pays, and gathers statistics, column index and offset index. Page headers are hyparquet-writer's.
 */
export function writeColumnChunk(
  writer: Writer,
  column: ChunkColumn,
  { encoding, dictionary, pages }: ChunkContent,
): WrittenChunk {
  const { codec, element } = column
  const compress = column.compressors[codec] ?? ((bytes: Uint8Array) => bytes)
  const start = writer.offset
  let savedBytes = 0
  if (dictionary) {
    const compressed = compress(dictionary.bytes)
    savedBytes += dictionary.bytes.length - compressed.length
    writePageHeader(writer, {
      type: 'DICTIONARY_PAGE',
      uncompressed_page_size: dictionary.bytes.length,
      compressed_page_size: compressed.length,
      dictionary_page_header: { num_values: dictionary.valueCount, encoding: 'PLAIN' },
    })
    writer.appendBytes(compressed)
  }

  const dataOffset = writer.offset
  const headerOf = dataPageHeaders(encoding, codec)
  const compressPage = pageCompression(encoding, compress)
  const locations = []
  const statistics: PageStatistics[] = []
  let rows = 0
  for (const page of pages) {
    const offset = writer.offset
    const compressed = compressPage(page.values)
    savedBytes += page.values.length - compressed.length
    writer.appendBytes(headerOf(page, compressed))
    writer.appendBytes(page.levels)
    writer.appendBytes(compressed)
    locations.push({
      offset: BigInt(offset),
      compressed_page_size: writer.offset - offset,
      first_row_index: BigInt(rows),
    })
    statistics.push(page.statistics)
    rows += page.rowCount
  }
  const byteLength = writer.offset - start
  return {
    chunk: {
      meta_data: {
        type: element.type as NonNullable<typeof element.type>,
        encodings: dictionary ? ['PLAIN', encoding] : [encoding],
        path_in_schema: [column.columnName],
        codec,
        num_values: BigInt(rows),
        total_compressed_size: BigInt(byteLength),
        total_uncompressed_size: BigInt(byteLength + savedBytes),
        data_page_offset: BigInt(dataOffset),
        ...(dictionary && { dictionary_page_offset: BigInt(start) }),
        statistics: statisticsOf(statistics),
        encoding_stats: [
          ...(dictionary
            ? [{ page_type: 'DICTIONARY_PAGE' as const, encoding: 'PLAIN' as const, count: 1 }]
            : []),
          { page_type: 'DATA_PAGE_V2', encoding, count: statistics.length },
        ],
      },
      file_offset: BigInt(start),
    },
    ...(statistics.length > 1 && {
      ...columnIndexOf(column, statistics),
      offsetIndex: { page_locations: locations },
    }),
  }
}

/** Of a page of indexes a codec must save this share; else neither it nor those after it are worth the time. */
const leastSaved = 1 / 8

/** A page of fewer bytes, such as one of a constant, says nothing of those after it. */
const tellingBytes = 1024

/**
 * Compresses the values of a chunk's data pages; those that get no smaller are left as they are. Indexes into a dictionary mostly get
 * no smaller, since they are bit-packed, and to try them all would take as long as to encode them: that ends with the first page
 * that does not pay.
 */
function pageCompression(
  encoding: Encoding,
  compress: (bytes: Uint8Array) => Uint8Array,
): (values: Uint8Array) => Uint8Array {
  let pays = true
  return (values) => {
    if (!pays) return values
    const compressed = compress(values)
    if (encoding === 'RLE_DICTIONARY' && values.length >= tellingBytes)
      pays = compressed.length <= (1 - leastSaved) * values.length
    return pays && compressed.length < values.length ? compressed : values
  }
}

/**
 * The headers of a chunk's data pages, as hyparquet-writer writes them. Pages of one size have the same header, so it is kept: the
 * library makes an object of each field, and thousands of headers would take as long as all values.
 */
function dataPageHeaders(
  encoding: Encoding,
  codec: ChunkColumn['codec'],
): (page: Page, compressed: Uint8Array) => Uint8Array {
  const headers = new Map<string, Uint8Array>()
  return ({ rowCount, levels, values, statistics }, compressed) => {
    const nullCount = Number(statistics.null_count)
    const sizes = [rowCount, nullCount, levels.length, values.length, compressed.length].join()
    const known = headers.get(sizes)
    if (known) return known
    const header = new ByteWriter()
    writePageHeader(header, {
      type: 'DATA_PAGE_V2',
      uncompressed_page_size: levels.length + values.length,
      compressed_page_size: levels.length + compressed.length,
      data_page_header_v2: {
        num_values: rowCount,
        num_nulls: nullCount,
        num_rows: rowCount,
        encoding,
        definition_levels_byte_length: levels.length,
        repetition_levels_byte_length: 0,
        is_compressed: codec === 'UNCOMPRESSED' || compressed !== values,
      },
    })
    headers.set(sizes, header.getBytes())
    return header.getBytes()
  }
}

type Bound = NonNullable<Statistics['min_value']>

/** The statistics of a chunk, from those of its pages. */
function statisticsOf(pages: readonly PageStatistics[]): PageStatistics {
  let [least, greatest]: (Bound | undefined)[] = []
  let [nulls, nans] = [0n, 0n]
  for (const { min_value, max_value, null_count, nan_count = 0n } of pages) {
    if (min_value !== undefined && (least === undefined || isBefore(min_value, least))) least = min_value
    if (max_value !== undefined && (greatest === undefined || isBefore(greatest, max_value)))
      greatest = max_value
    nulls += null_count
    nans += nan_count
  }
  const statistics: PageStatistics = { null_count: nulls }
  if (least !== undefined) statistics.min_value = least
  if (greatest !== undefined) statistics.max_value = greatest
  if (pages[0]?.nan_count !== undefined) statistics.nan_count = nans
  return statistics
}

function columnIndexOf(
  { element, statisticsTruncateLength }: ChunkColumn,
  pages: readonly PageStatistics[],
): Pick<WrittenChunk, 'columnIndex'> {
  const isNullPage = pages.map(({ min_value }) => min_value === undefined)
  // A page of NaN alone has no bounds, and without bounds for every page that has values there is no column index.
  if (pages.some(({ nan_count }, page) => isNullPage[page] && nan_count)) return {}
  const bounded = pages.filter((_, page) => !isNullPage[page])
  const isOrdered = (inOrder: (before: Bound, after: Bound) => boolean) =>
    bounded.every((page, index) => {
      const before = bounded[index - 1]
      return (
        before === undefined ||
        (inOrder(before.min_value as Bound, page.min_value as Bound) &&
          inOrder(before.max_value as Bound, page.max_value as Bound))
      )
    })
  const bytesOf = (value: Bound | undefined, isMax: boolean) =>
    unconvertMinMax(value, element, isMax, statisticsTruncateLength) ?? new Uint8Array()
  return {
    columnIndex: {
      null_pages: isNullPage,
      min_values: pages.map(({ min_value }) => bytesOf(min_value, false)),
      max_values: pages.map(({ max_value }) => bytesOf(max_value, true)),
      boundary_order: isOrdered((before, after) => !isBefore(after, before))
        ? 'ASCENDING'
        : isOrdered((before, after) => !isBefore(before, after))
          ? 'DESCENDING'
          : 'UNORDERED',
      null_counts: pages.map(({ null_count }) => null_count),
      ...(pages[0]?.nan_count !== undefined && {
        nan_counts: pages.map(({ nan_count }) => nan_count as bigint),
      }),
    },
  }
}

/** Parquet's order of a column's bounds; texts come as their UTF-8 bytes. */
function isBefore(a: Bound, b: Bound): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) < 0
  return a < b
}
