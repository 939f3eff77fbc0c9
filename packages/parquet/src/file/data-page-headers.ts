import type { Encoding } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import type { Page } from '../encodings/value-encoder.js'
import type { ChunkColumn } from './chunk-column.js'

/**
 * Makes a function that gives the headers of a chunk's data pages as hyparquet-writer writes them. Pages of the same sizes share a
 * header: the library makes an object of each field, and thousands of headers would take as long as all the values.
 */
export function dataPageHeaders(
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
