import type { HighLimitRule } from '@minilake/schema'
import type { FileParameters } from '../plan-files.js'
import type { Faults } from '../scenario.js'

// All times are UTC in the form `2026-01-01T12:34:56.000Z`.

/** The right answers about one data file, known from its simulation, not from reading the file back. */
export interface Truth {
  /** Version of this format. */
  version: 2
  parameters: FileParameters
  /** Rows of the file, duplicates included. */
  rows: number
  delivery: DeliveryTruth
  /** In order of start. */
  faults: FaultTruth[]
  /** By the name of each column that has an alarm rule. */
  alarms: Record<string, AlarmTruth>
  /** The UTC hours that have rows, in order. */
  hours: HourTruth[]
}

/** A simulated fault. */
export interface FaultTruth {
  fault: keyof Faults
  /** First moment of the fault. */
  start: string
  /** First moment after the fault. */
  end: string
  /** The affected column, for a fault of a sensor. */
  column?: string
}

/** How far the rows of a file are out of order of event time. */
export interface RowOrder {
  /** Rows that come after a row with a later time. */
  outOfOrder: number
  /** Out-of-order rows at least 60 s older than the newest row before them. */
  late: number
}

/** What happened to a file's readings on delivery, in rows. */
export interface DeliveryTruth extends RowOrder {
  /** Readings that were never delivered. */
  missing: number
  /** Rows that repeat a reading delivered before. */
  duplicates: number
}

/** The alarms of one column and the rule that they follow. */
export interface AlarmTruth extends HighLimitRule {
  /** Rows above the limit. */
  rows: number
  /** In order of start. */
  episodes: AlarmEpisode[]
}

/** One alarm, from the run of readings that raised it to the run that cleared it. */
export interface AlarmEpisode {
  /** The first reading of the run that raised the alarm. */
  start: string
  /** The first reading of the run that cleared it; null if the alarm is still active at the end of the file. */
  end: string | null
  /** The highest reading of the episode. */
  peak: number
}

/** The right answers about one UTC hour. */
export interface HourTruth {
  /** Start of the hour: `2026-01-01T00:00:00.000Z`. */
  hour: string
  rows: number
  /** The earliest time of a row. */
  first: string
  /** The latest time of a row. */
  last: string
  /** By the name of each DOUBLE column. */
  columns: Record<string, ColumnTruth>
  /** Rows above the high limit, by the name of each column that has one. */
  alarmRows: Record<string, number>
}

/** The right answers about one column in one hour. All but `nan` leave NaN readings out. */
export interface ColumnTruth {
  count: number
  /** NaN readings. */
  nan: number
  /** 0 if `count` is 0. */
  sum: number
  /** null if `count` is 0. */
  min: number | null
  /** null if `count` is 0. */
  max: number | null
}
