import type { Writer } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import type { ChunkContent, PageStatistics } from '../encodings/value-encoder.js'
import type { ChunkColumn, WrittenChunk } from './chunk-column.js'
import { chunkStatistics, columnIndexOf } from './chunk-statistics.js'
import { dataPageHeaders } from './data-page-headers.js'
import { checkPageBytes } from './page-bytes.js'
import { pageCompression } from './page-compression.js'

/**
 * Writes a column chunk: the dictionary page if it has one, then its data pages (version 2), compressed by the column's codec when
 * that pays. Returns its statistics, column index and offset index. Page headers are those of hyparquet-writer.
 */
export function writeColumnChunk(
  writer: Writer,
  column: ChunkColumn,
  { encoding, dictionary, pages }: ChunkContent,
): WrittenChunk {
  const { codec, columnName } = column
  const { type } = column.element
  if (type === undefined) throw new TypeError(`column ${columnName} expected a Parquet type, got a group`)
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
    checkPageBytes(columnName, page.levels.length + Math.max(page.values.length, compressed.length))
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
        type,
        encodings: dictionary ? ['PLAIN', encoding] : [encoding],
        path_in_schema: [columnName],
        codec,
        num_values: BigInt(rows),
        total_compressed_size: BigInt(byteLength),
        total_uncompressed_size: BigInt(byteLength + savedBytes),
        data_page_offset: BigInt(dataOffset),
        ...(dictionary && { dictionary_page_offset: BigInt(start) }),
        statistics: chunkStatistics(statistics),
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
