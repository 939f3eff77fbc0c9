import type { Partition, Table } from '@minilake/schema'

/** What the engines write differently in SQL. Each engine has its own; expressions are SQL text. */
export interface Dialect {
  /** Aggregate: the value below which a fraction (0 to 1) of the DOUBLE values lies. */
  percentile(value: string, fraction: number): string
  /** Condition: a DOUBLE or REAL is not NaN. Statistics of files, which ignore NaN, do not decide it. */
  isNumber(value: string): string
  /** The clock of a zone (an IANA name) at a UTC time: a TIMESTAMP without a zone, like the time. */
  clock(time: string, zone: string): string
  /** The start of the window of some milliseconds, which divide a day, that has a time in it. Windows start at midnight. */
  windowStart(time: string, millis: number): string
  /** A list of all whole numbers from one to another, both included; at most 10,000. */
  series(first: string, last: string): string
  /** The partitions of a table that are columns of it in the engine: those of an Iceberg table are not. */
  partitionColumns(table: Table): [name: string, partition: Partition][]
}
