import type { DecodedArray, Encoding, Statistics } from 'hyparquet'
import type { Writer } from 'hyparquet-writer'
import type { writeColumn } from 'hyparquet-writer/src/column.js'
import { writeDataPageV2 } from 'hyparquet-writer/src/datapage.js'
import { writeDictionaryPage } from 'hyparquet-writer/src/dictionary.js'
import { doubleDictionary } from './double-dictionary.js'
import { doubleStatistics, timestampStatistics } from './statistics.js'
import { textDictionary } from './text-dictionary.js'

/** A column as hyparquet-writer's encoders take it. */
export type ChunkColumn = Parameters<typeof writeColumn>[0]['column']

/** A column chunk that was written: what the footer and the page indexes say of it. */
export type WrittenChunk = ReturnType<typeof writeColumn>

/**
 * Writes the chunk of a REQUIRED column of times, doubles or recurring texts straight from its array: as
 * hyparquet-writer's `writeColumn` would, byte for byte. That one spends most of its time on making objects of the
 * values, and on statistics and a dictionary by way of them. Pages, their headers and encodings are the library's.
 * Undefined, and nothing written, where texts do not recur.
 */
export function writeTypedChunk(
  writer: Writer,
  column: ChunkColumn,
  values: BigInt64Array | Float64Array | string[],
): WrittenChunk | undefined {
  const content = contentOf(values)
  if (content === undefined) return undefined
  const { encoding, written, valueBytes, dictionary, statistics } = content
  const start = writer.offset

  let uncompressedSize = 0
  let dictionaryOffset: bigint | undefined
  if (dictionary) {
    dictionaryOffset = BigInt(writer.offset)
    uncompressedSize += writeDictionaryPage(writer, column, dictionary)
  }
  const dataOffset = BigInt(writer.offset)
  const pages = pageBounds(values.length, valueBytes, column.pageSize)
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
        type: column.element.type as NonNullable<typeof column.element.type>,
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

/** What a chunk's pages hold. */
interface ChunkContent {
  encoding: Encoding
  /** Values, or indexes into the dictionary. */
  written: BigInt64Array | Float64Array | Uint32Array
  /** Bytes by which a page is filled. */
  valueBytes: number
  dictionary?: DecodedArray
  statistics: Statistics
}

function contentOf(values: BigInt64Array | Float64Array | string[]): ChunkContent | undefined {
  if (values instanceof BigInt64Array) {
    return { encoding: 'DELTA_BINARY_PACKED', written: values, valueBytes: 8, ...timestampStatistics(values) }
  }
  if (Array.isArray(values)) {
    const found = textDictionary(values)
    return found && withDictionary(found.values, found.indexes, found.statistics)
  }
  const { statistics, hasNegativeZero } = doubleStatistics(values)
  const found = hasNegativeZero ? undefined : doubleDictionary(values)
  return found
    ? withDictionary(found.values, found.indexes, statistics)
    : { encoding: 'PLAIN', written: values, valueBytes: 8, statistics }
}

function withDictionary(
  dictionary: DecodedArray,
  indexes: Uint32Array,
  statistics: Statistics,
): ChunkContent {
  return { encoding: 'RLE_DICTIONARY', written: indexes, valueBytes: 4, dictionary, statistics }
}

/** Where pages begin and end, as the library counts: with fewer than `pageBytes` of values each. */
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
