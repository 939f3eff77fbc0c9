import type { ColumnChunk, RowGroup } from 'hyparquet'
import { unconvertMinMax } from 'hyparquet-writer/src/unconvert.js'
import type { PageStatistics } from '../encodings/value-encoder.js'
import { type Bound, isBefore } from './bound-order.js'
import type { ChunkColumn, WrittenChunk } from './chunk-column.js'

/** The statistics of a column chunk, from those of its pages. */
export function chunkStatistics(pages: readonly PageStatistics[]): PageStatistics {
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

/** The statistics of a chunk that was written, with bounds that leave NaN out. */
export function writtenStatistics({ meta_data }: ColumnChunk): PageStatistics {
  return { null_count: 0n, ...meta_data?.statistics }
}

/**
 * The row groups of a file, without bounds of the columns that have a NaN in any of them. Bounds leave NaN out, as Parquet asks, but
 * engines read them as if they held for every value: DuckDB 1 and DataFusion drop NaN rows, or take NaN for the value of equal bounds.
 * DataFusion does so too when only another row group of the file has bounds.
 */
export function withoutNanBounds(rowGroups: readonly RowGroup[]): RowGroup[] {
  const withNan = new Set(
    rowGroups.flatMap(({ columns }) =>
      columns.flatMap((chunk, index) => (writtenStatistics(chunk).nan_count ? [index] : [])),
    ),
  )
  if (withNan.size === 0) return [...rowGroups]
  return rowGroups.map((group) => ({
    ...group,
    columns: group.columns.map((chunk, index) => (withNan.has(index) ? withoutBounds(chunk) : chunk)),
  }))
}

function withoutBounds(chunk: ColumnChunk): ColumnChunk {
  if (!chunk.meta_data) return chunk
  const { min_value: _min, max_value: _max, ...statistics } = writtenStatistics(chunk)
  return { ...chunk, meta_data: { ...chunk.meta_data, statistics } }
}

/** The column index of a chunk, from the statistics of its pages; empty when Parquet allows none. */
export function columnIndexOf(
  { element, statisticsTruncateLength }: ChunkColumn,
  pages: readonly PageStatistics[],
): Pick<WrittenChunk, 'columnIndex'> {
  // A column index needs bounds for every page that has values, and a page with a NaN has none: see withoutNanBounds.
  if (pages.some(({ nan_count }) => nan_count)) return {}
  const bytesOf = (value: Bound | undefined, isMax: boolean) =>
    unconvertMinMax(value, element, isMax, statisticsTruncateLength) ?? new Uint8Array()
  const nanCounts = pages.flatMap(({ nan_count }) => nan_count ?? [])
  return {
    columnIndex: {
      null_pages: pages.map(({ min_value }) => min_value === undefined),
      min_values: pages.map(({ min_value }) => bytesOf(min_value, false)),
      max_values: pages.map(({ max_value }) => bytesOf(max_value, true)),
      boundary_order: boundaryOrder(pages),
      null_counts: pages.map(({ null_count }) => null_count),
      ...(nanCounts.length > 0 && { nan_counts: nanCounts }),
    },
  }
}

function boundaryOrder(pages: readonly PageStatistics[]): 'ASCENDING' | 'DESCENDING' | 'UNORDERED' {
  const bounds = pages.flatMap(({ min_value, max_value }) =>
    min_value === undefined || max_value === undefined ? [] : [{ least: min_value, greatest: max_value }],
  )
  const isOrdered = (inOrder: (before: Bound, after: Bound) => boolean) =>
    bounds.every(({ least, greatest }, index) => {
      const before = bounds[index - 1]
      return before === undefined || (inOrder(before.least, least) && inOrder(before.greatest, greatest))
    })
  if (isOrdered((before, after) => !isBefore(after, before))) return 'ASCENDING'
  if (isOrdered((before, after) => !isBefore(before, after))) return 'DESCENDING'
  return 'UNORDERED'
}
