import type { Table } from '@minilake/schema'

/** A reading of the table that corrections are tried on, whatever its columns are called at the moment. */
export interface Reading {
  time: Date
  station: string
  level: number | null
  /** Only in definitions that have the column. */
  torque: number | null
}

/** How the table is defined at the moment. */
export interface Definition {
  /** Name of the column of levels. */
  level: 'level' | 'height'
  type: 'real' | 'double'
  hasTorque: boolean
}

/** The rows that one call has put into one day. The same rows put in again by the same kind of call are the same file. */
interface ModelFile {
  day: string
  rows: readonly Reading[]
}

/** What a lake should hold, in plain TypeScript. */
export interface ReadingsModel {
  definition: Definition
  /** By what identifies the file: what wrote it, and its rows. */
  files: Map<string, ModelFile>
  /** What was put in before, to be put in again. */
  earlier: Reading[][]
}

/** An empty lake. */
export function emptyModel(): ReadingsModel {
  return {
    definition: { level: 'level', type: 'double', hasTorque: false },
    files: new Map(),
    earlier: [],
  }
}

/** The table of a definition. */
export function tableOf({ level, type, hasTorque }: Definition): Table {
  return {
    name: 'station',
    columns: {
      event_timestamp: { type: 'timestamp' },
      station_id: { type: 'varchar' },
      [level]: { type, nullable: true },
      ...(hasTorque && { torque: { type: 'real', nullable: true } }),
    },
    partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
    sortedBy: ['station_id', 'event_timestamp'],
  }
}

/** The names of a definition's columns, in order, and the values of a reading in them. */
export function valuesOf(
  { time, station, level, torque }: Reading,
  definition: Definition,
): Record<string, Date | string | number | null> {
  return {
    event_timestamp: time,
    station_id: station,
    [definition.level]: level,
    ...(definition.hasTorque && { torque }),
  }
}

/** Adds what a write or an import of these readings makes: one file per day. */
export function append(model: ReadingsModel, by: 'write' | 'import', readings: readonly Reading[]): void {
  for (const day of new Set(readings.map(dayOf))) {
    const rows = readings
      .filter((reading) => dayOf(reading) === day)
      .sort((a, b) => compare(a.station, b.station) || a.time.getTime() - b.time.getTime())
    model.files.set(JSON.stringify([by, rows]), { day, rows })
  }
}

/** Removes all days from the first to the last. */
export function removeDays(model: ReadingsModel, first: string, last: string): void {
  for (const [id, { day }] of model.files) if (day >= first && day <= last) model.files.delete(id)
}

/** All rows, as texts in order. */
export function rowTexts(model: ReadingsModel): string[] {
  return [...model.files.values()].flatMap(({ rows }) => rows.map(rowText)).sort()
}

/** A reading as a text. */
export function rowText({ time, station, level, torque }: Reading): string {
  return `${time.toISOString()} ${station} ${level} ${torque}`
}

/** The UTC day of a reading. */
export function dayOf({ time }: Pick<Reading, 'time'>): string {
  return time.toISOString().slice(0, 10)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
