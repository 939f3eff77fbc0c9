import type { Encoding, Statistics } from 'hyparquet'

/** Rows per page, as in parquet-java: enough to encode well, few enough for the page index to prune. */
export const pageRows = 20_000

/** Encodes the values of one column chunk page by page, without the nulls. After `finish` it is ready for the next chunk. */
export interface ValueEncoder<Values> {
  add(values: Values): void
  /** Ends the page with the values added so far and `nullCount` rows without a value. */
  endPage(nullCount: number): void
  /** Each page is encoded when it is pulled. */
  finish(): Omit<ChunkContent, 'pages'> & { pages: Iterable<EncodedValues> }
  /** Gives up what it holds for the next chunk. It must not be used afterwards. */
  close(): void
}

/** The encoded values of a page. */
export interface EncodedValues {
  /** Valid until the next page is pulled. */
  values: Uint8Array
  statistics: PageStatistics
}

/** Minimum and maximum (absent for a page without any), the number of nulls, and of NaN for types that have it. */
export type PageStatistics = Statistics & { null_count: bigint; nan_count?: bigint }

/** A data page: its encoded values and levels. */
export interface Page extends EncodedValues {
  rowCount: number
  /** Definition levels of an OPTIONAL column, empty for a REQUIRED one. */
  levels: Uint8Array
}

/** The content of a column chunk. */
export interface ChunkContent {
  encoding: Encoding
  /** The dictionary, PLAIN-encoded. */
  dictionary?: { valueCount: number; bytes: Uint8Array }
  pages: Iterable<Page>
}
