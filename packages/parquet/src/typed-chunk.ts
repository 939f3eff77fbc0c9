import type { Encoding } from 'hyparquet'
import type { Writer } from 'hyparquet-writer'
import type { writeColumn } from 'hyparquet-writer/src/column.js'
import { writeDataPageV2 } from 'hyparquet-writer/src/datapage.js'
import { writeDictionaryPage } from 'hyparquet-writer/src/dictionary.js'
import { doubleDictionary } from './double-dictionary.js'
import { doubleStatistics, timestampStatistics } from './statistics.js'

/** A column as hyparquet-writer's encoders take it. */
export type ChunkColumn = Parameters<typeof writeColumn>[0]['column']

/** A column chunk that was written: what the footer and the page indexes say of it. */
export type WrittenChunk = ReturnType<typeof writeColumn>

/**
 * Writes the column chunk of a REQUIRED INT64 or DOUBLE column straight from its typed array: as hyparquet-writer's
 * `writeColumn` would, byte for byte, which spends most of its time on making objects of the values, on statistics by way of
 * them and on a dictionary keyed by them. Pages, their headers and encodings are the library's. Times are delta encoded, doubles get a dictionary
 * where that halves them.
 */
export function writeTypedChunk(
  writer: Writer,
  column: ChunkColumn,
  values: BigInt64Array | Float64Array,
): WrittenChunk {
  const start = writer.offset
  const { statistics, hasNegativeZero } =
    values instanceof BigInt64Array ? timestampStatistics(values) : doubleStatistics(values)
  const dictionary = values instanceof BigInt64Array || hasNegativeZero ? undefined : doubleDictionary(values)

  let uncompressedSize = 0
  let dictionaryOffset: bigint | undefined
  if (dictionary) {
    dictionaryOffset = BigInt(writer.offset)
    uncompressedSize += writeDictionaryPage(writer, column, dictionary.values)
  }
  const encoding: Encoding = dictionary
    ? 'RLE_DICTIONARY'
    : values instanceof BigInt64Array
      ? 'DELTA_BINARY_PACKED'
      : 'PLAIN'
  const written = dictionary?.indexes ?? values
  const dataOffset = BigInt(writer.offset)
  const pages = pageBounds(values.length, dictionary ? 4 : 8, column.pageSize)
  const locations = pages.map(({ start: first, end }) => {
    const offset = writer.offset
    uncompressedSize += writeDataPageV2({
      writer,
      column,
      encoding,
      pageData: {
        values: written.subarray(first, end),
        definitionLevels: [],
        repetitionLevels: [],
        maxDefinitionLevel: 0,
      },
    })
    return {
      offset: BigInt(offset),
      compressed_page_size: writer.offset - offset,
      first_row_index: BigInt(first),
    }
  })
  return {
    chunk: {
      meta_data: {
        type: values instanceof BigInt64Array ? 'INT64' : 'DOUBLE',
        encodings: dictionary ? ['PLAIN', encoding] : [encoding],
        path_in_schema: [column.columnName],
        codec: column.codec,
        num_values: BigInt(values.length),
        total_compressed_size: BigInt(writer.offset - start),
        total_uncompressed_size: BigInt(uncompressedSize),
        data_page_offset: dataOffset,
        ...(dictionaryOffset !== undefined && { dictionary_page_offset: dictionaryOffset }),
        statistics,
        encoding_stats: [
          ...(dictionary
            ? [{ page_type: 'DICTIONARY_PAGE' as const, encoding: 'PLAIN' as const, count: 1 }]
            : []),
          { page_type: 'DATA_PAGE_V2', encoding, count: pages.length },
        ],
      },
      file_offset: BigInt(start),
    },
    ...(pages.length > 1 && { offsetIndex: { page_locations: locations } }),
  }
}

/** Where pages begin and end: as the library counts, with fewer than `pageBytes` of values each, an index counted as 4 bytes. */
function pageBounds(
  rowCount: number,
  valueBytes: number,
  pageBytes: number,
): { start: number; end: number }[] {
  const pageRows = Math.max(1, Math.ceil(pageBytes / valueBytes) - 1)
  return Array.from({ length: Math.ceil(rowCount / pageRows) }, (_, page) => ({
    start: page * pageRows,
    end: Math.min((page + 1) * pageRows, rowCount),
  }))
}
