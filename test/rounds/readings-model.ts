import type { Table } from '@minilake/schema'
import { icebergAppend, icebergMerge, icebergOverwrite, icebergRemoveRows } from './iceberg-model.js'

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
  /** The number of further nullable columns, which never have a value. */
  spares: number
  /** Default: a table of files. */
  format?: 'iceberg'
}

/** What a data file's name begins with: what wrote it. */
type Writer = 'write' | 'import' | 'merge' | 'remove'

/** A data file of one day. The same rows by the same kind of writer are the same file. */
export interface ModelFile {
  by: Writer
  day: string
  /** Its name, if that does not come from its rows. */
  name?: string
  rows: readonly Reading[]
  /** The IDs of the imports that the rows come from. */
  imports: readonly string[]
  /** In an Iceberg table: the rows of the file that these came from, if some of them are gone. */
  whole?: readonly Reading[]
}

/** Readings that one call puts into the lake. */
export interface PutReadings {
  by: 'write' | 'import'
  readings: readonly Reading[]
  importId: string
}

/** What a lake should hold, in plain TypeScript. */
export interface ReadingsModel {
  definition: Definition
  files: readonly ModelFile[]
  /** What was put in before, to be put in again. */
  earlier: Reading[][]
}

/** An empty lake. */
export function emptyModel(format?: 'iceberg'): ReadingsModel {
  return {
    definition: { level: 'level', type: 'double', hasTorque: false, spares: 0, ...(format && { format }) },
    files: [],
    earlier: [],
  }
}

/** Whole days that readings stay. */
export const retentionDays = 2

/** The table of a definition. */
export function tableOf({ level, type, hasTorque, spares, format }: Definition): Table {
  return {
    name: 'station',
    columns: {
      event_timestamp: { type: 'timestamp' },
      station_id: { type: 'varchar' },
      [level]: { type, nullable: true },
      ...(hasTorque && { torque: { type: 'real', nullable: true } }),
      ...Object.fromEntries(sparesOf({ spares }).map((name) => [name, { type: 'integer', nullable: true }])),
    },
    partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
    sortedBy: ['station_id', 'event_timestamp'],
    key: ['station_id', 'event_timestamp'],
    retention: `${retentionDays}d`,
    ...(format && { format }),
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
    ...Object.fromEntries(sparesOf(definition).map((name) => [name, null])),
  }
}

function sparesOf({ spares }: Pick<Definition, 'spares'>): string[] {
  return Array.from({ length: spares }, (_, index) => `spare_${index + 1}`)
}

/** Mode `append`: adds one file per day. */
export function append(model: ReadingsModel, put: PutReadings): void {
  if (model.definition.format) return icebergAppend(model, put)
  for (const file of filesOf(put)) if (!model.files.some(isSame(file))) model.files = [...model.files, file]
}

/** Mode `overwrite-partitions`: every day that gets a reading holds these readings only. A file that is there already stays. */
export function overwrite(model: ReadingsModel, put: PutReadings): void {
  if (model.definition.format) return icebergOverwrite(model, put)
  for (const file of filesOf(put)) replaceDay(model, file)
}

/** Publishes files of this name, one per day, in place of those that have it. One with the same rows stays. */
export function ingestOver(model: ReadingsModel, put: PutReadings, name: string): void {
  for (const file of filesOf(put)) {
    const named = { ...file, name }
    const stored = model.files.find(isSame(named))
    if (stored && JSON.stringify(stored.rows) === JSON.stringify(named.rows)) continue
    model.files = [...model.files.filter((each) => each !== stored), named]
  }
}

/** Mode `merge`: the last new reading of a key takes the place of those that are there. A day in which nothing differs keeps its files. */
export function merge(model: ReadingsModel, put: PutReadings): void {
  if (model.definition.format) return icebergMerge(model, put)
  for (const { day, rows, imports } of filesOf(put)) {
    const stored = model.files.filter((file) => file.day === day)
    const storedRows = stored.flatMap((file) => file.rows)
    const arrived = new Map(rows.map((row) => [keyOf(row), row]))
    const isThere = (row: Reading) =>
      storedRows
        .filter((each) => keyOf(each) === keyOf(row))
        .map(rowText)
        .join() === rowText(row)
    if ([...arrived.values()].every(isThere)) continue
    const kept = storedRows.filter((row) => !arrived.has(keyOf(row)))
    const sources = [...imports, ...stored.flatMap((file) => file.imports)]
    replaceDay(model, fileOf('merge', [...kept, ...arrived.values()], sources))
  }
}

/** Removes rows. A file of which some rows stay becomes another one; files that have the same rows then become one with the rows of all. */
export function removeRows(model: ReadingsModel, isGone: (reading: Reading) => boolean): void {
  if (model.definition.format) return icebergRemoveRows(model, isGone)
  const files = model.files.flatMap((file) => {
    const rows = file.rows.filter((row) => !isGone(row))
    if (rows.length === file.rows.length) return [file]
    return rows.length === 0 ? [] : [fileOf('remove', rows, file.imports)]
  })
  model.files = joined(files)
}

/** Why an import is not removed: a file names others too. */
export type Refusal = 'merged'

/** Removes the rows of an import. Returns why, if that cannot be done. */
export function removeImport(model: ReadingsModel, importId: string): Refusal | undefined {
  const isOf = ({ imports }: ModelFile) => imports.includes(importId)
  const files = model.files.filter(isOf)
  if (files.some(({ imports }) => imports.length > 1)) return 'merged'
  model.files = model.files.filter((file) => !isOf(file))
  return undefined
}

/** All rows, as texts in order. */
export function rowTexts(model: ReadingsModel): string[] {
  return model.files.flatMap(({ rows }) => rows.map(rowText)).sort()
}

/** A reading as a text. */
export function rowText({ time, station, level, torque }: Reading): string {
  return `${time.toISOString()} ${station} ${level} ${torque}`
}

/** The UTC day of a reading. */
export function dayOf({ time }: Pick<Reading, 'time'>): string {
  return time.toISOString().slice(0, 10)
}

/** One file per day. */
export function filesOf({ by, readings, importId }: PutReadings): ModelFile[] {
  const days = new Set(readings.map(dayOf))
  return [...days].map((day) =>
    fileOf(
      by,
      readings.filter((reading) => dayOf(reading) === day),
      [importId],
    ),
  )
}

function fileOf(by: Writer, readings: readonly Reading[], imports: readonly string[]): ModelFile {
  const rows = readings.toSorted(
    (a, b) => compare(a.station, b.station) || a.time.getTime() - b.time.getTime(),
  )
  return { by, day: rows[0] ? dayOf(rows[0]) : '', rows, imports: [...new Set(imports)] }
}

function isSame(file: ModelFile): (other: ModelFile) => boolean {
  const name = (each: ModelFile) => JSON.stringify([each.day, each.name ?? [each.by, each.rows]])
  return (other) => name(other) === name(file)
}

/** Makes a file the only one of its day. */
function replaceDay(model: ReadingsModel, file: ModelFile): void {
  const only = model.files.find(isSame(file)) ?? file
  model.files = [...model.files.filter(({ day }) => day !== file.day), only]
}

function joined(files: readonly ModelFile[]): readonly ModelFile[] {
  const groups: ModelFile[][] = []
  for (const file of files) {
    const group = groups.find(([first]) => first && isSame(file)(first))
    if (group) group.push(file)
    else groups.push([file])
  }
  if (groups.length === files.length) return files
  return joined(
    groups.flatMap((group) =>
      group.length === 1
        ? group
        : [
            fileOf(
              'remove',
              group.flatMap(({ rows }) => rows),
              group.flatMap(({ imports }) => imports),
            ),
          ],
    ),
  )
}

/** The values of the key of a reading. */
export function keyOf({ station, time }: Reading): string {
  return `${time.toISOString()} ${station}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
