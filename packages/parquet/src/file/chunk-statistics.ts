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

/** The column index of a chunk, from the statistics of its pages; empty when Parquet allows none. */
export function columnIndexOf(
  { element, statisticsTruncateLength }: ChunkColumn,
  pages: readonly PageStatistics[],
): Pick<WrittenChunk, 'columnIndex'> {
  // A column index needs bounds for every page that has values, and a page of nothing but NaN has none.
  if (pages.some(({ min_value, nan_count }) => min_value === undefined && nan_count)) return {}
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
