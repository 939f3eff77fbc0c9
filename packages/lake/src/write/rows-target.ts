import type { Batch } from '@minilake/schema'
import type { NeighbourRows } from '../files/neighbour-rows.js'
import type { MergeCounts } from './merge-rows.js'
import type { FilePrefix } from './stage-file.js'

/** The data files that rows were put into, and what became of the rows that were there. */
export interface PlacedRows {
  /** The ID of this import, which comes from its rows: `remove` takes it back by it. */
  importId: string
  /** Data files with the rows: new ones, and those that were there with the same content. */
  written: number
  unchanged: number
  /** Bytes of those files. */
  bytes: number
  /** Keys of the data files, and of the new ones among them. */
  keys: string[]
  newKeys: string[]
  /** Mode `overwrite-partitions`: what was removed from each partition that the rows touch, in order. Empty partitions are left out. */
  overwritten?: OverwrittenRows[]
  /** Mode `overwrite-partitions`: days beside those of the rows that hold rows of other imports. They have not been changed. */
  neighbours?: NeighbourRows[]
  /** Mode `merge`: what became of the rows, by their keys. */
  merged?: MergeCounts
}

/** What was removed from a partition. */
export interface OverwrittenRows {
  /** The partition's folder, such as `event_date=2026-01-05`; empty for a table without partitions. */
  partition: string
  files: number
  /** Null when there were more than 1,000 files, whose footers would take long, and when one could not be read. */
  rows: number | null
}

/** Where rows go. First all of them are staged out of sight, then they appear. */
export interface RowsTarget {
  stage(batches: AsyncIterable<Batch>, options: { prefix: FilePrefix; maxPartitions: number }): Promise<void>
  /** Makes the staged rows visible. */
  publish(): Promise<PlacedRows>
  /** Removes what is not visible. */
  discard(): Promise<void>
}
