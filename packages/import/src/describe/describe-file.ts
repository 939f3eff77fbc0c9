import type { ColumnType, TableSource } from '@minilake/schema'
import { openDuckDb } from '../duckdb/open-duckdb.js'
import { foldName } from '../open/match-columns.js'
import { openSourceFile, type ReadingFile } from '../open/source-file.js'
import { columnNames } from './column-names.js'
import { type ColumnReading } from './column-reading.js'
import { describedSource } from './described-source.js'
import { type FoundColumn, findColumns } from './find-columns.js'

/** A table that a file fits, and what the file cannot tell. */
export interface FileDescription {
  /** In the order of the file. */
  columns: { name: string; type: ColumnType; nullable: boolean }[]
  /** The column with the time of a reading: the first one with times and without gaps. Absent if there is none. */
  time?: string
  /** How the file is written. */
  source: TableSource
  /** What is to be filled in, because the file cannot tell: for each option of `source`, the values that it may have. */
  open: { option: 'zone' | 'timeFormat'; choices: string[] }[]
  /** Names of the file's columns that no column type holds. */
  leftOut: string[]
}

/**
 * Describes a CSV, NDJSON or Parquet file as a table: names, types, which columns have gaps, and how it is written. Reads all of it.
 * Guesses neither the zone of times nor whether the day or the month comes first. Throws an Error for a file that cannot be read.
 *
 * @example
 * ```ts
 * import { describeFile } from '@minilake/import'
 *
 * const { columns, source } = await describeFile('pump.csv.gz')
 * console.log(columns, source.delimiter)
 * ```
 */
export async function describeFile(
  file: ReadingFile,
  { tempFolder }: { tempFolder?: string } = {},
): Promise<FileDescription> {
  const db = await openDuckDb({ tempFolder })
  try {
    const opened = await openSourceFile(file, { folder: db.folder, prefix: '0' })
    const { source, ...rows } = await describedSource(opened, db)
    return definitionOf(await findColumns(rows, db), source)
  } finally {
    await db.close()
  }
}

function definitionOf(found: readonly FoundColumn[], layout: TableSource): FileDescription {
  const kept = found.filter(({ readings }) => readings.length > 0)
  const time = kept.find(({ readings, missing }) => missing === 0 && isTime(readings[0]))
  const decimal = kept.some(({ readings }) => readings[0]?.decimal === ',') ? ',' : undefined
  const names = columnNames(kept.map(({ name }) => name))
  const timeReading = time?.readings.find(({ type }) => type === 'timestamp')
  const chosen = kept.map((column) => {
    const fits = (reading: ColumnReading) => {
      if (column === time) return reading === timeReading
      if (reading.type === 'timestamp')
        return (
          reading.timeFormat === (timeReading?.timeFormat ?? 'iso') &&
          reading.isZoned === (timeReading?.isZoned ?? reading.isZoned)
        )
      return reading.type !== 'double' || reading.decimal === decimal || column.isTyped
    }
    return column.readings.find(fits) ?? column.readings.at(-1)
  })
  const nullText = new Set(
    kept.flatMap(({ nullTexts }, at) => (chosen[at]?.type === 'varchar' ? [] : nullTexts)),
  )
  const map = Object.fromEntries(
    layout.noHeader
      ? []
      : kept.flatMap(({ name, place }, at): [string, string][] =>
          place === undefined && foldName(name) === names[at]
            ? []
            : [[place ?? name.trim(), names[at] ?? '']],
        ),
  )
  const formats = [
    ...new Set(
      (time?.readings ?? []).flatMap(({ type, timeFormat }) =>
        type === 'timestamp' && timeFormat !== undefined ? [timeFormat] : [],
      ),
    ),
  ]
  const isOpenFormat = formats.length > 1 && formats.some((format) => format.includes('%m'))
  const [first, last] = time?.years ?? [1990, 2100]
  const leftOut = found.filter(({ readings }) => readings.length === 0).map(({ name }) => name)
  const times = chosen.filter((reading) => reading?.type === 'timestamp')
  return {
    columns: kept.map(({ missing, nullTexts }, at) => ({
      name: names[at] ?? '',
      type: chosen[at]?.type ?? 'varchar',
      nullable:
        missing > 0 || (chosen[at]?.type === 'varchar' && nullTexts.some((text) => nullText.has(text))),
    })),
    ...(time && { time: names[kept.indexOf(time)] ?? '' }),
    source: {
      ...layout,
      ...(Object.keys(map).length > 0 && { map }),
      ...(timeReading?.timeFormat !== undefined &&
        timeReading.timeFormat !== 'iso' &&
        !isOpenFormat && { timeFormat: timeReading.timeFormat }),
      ...((first < 1990 || last > 2100) && { years: [Math.min(first, 1990), Math.max(last, 2100)] as const }),
      ...(nullText.size > 0 && { nullText: [...nullText] }),
      ...(decimal !== undefined && { decimal }),
      ...(leftOut.length > 0 && { ignoreExtra: true }),
    },
    open: [
      ...(isOpenFormat ? [{ option: 'timeFormat' as const, choices: formats }] : []),
      ...(times.some((reading) => reading?.isZoned === false)
        ? [{ option: 'zone' as const, choices: ['UTC', 'Europe/Berlin'] }]
        : []),
    ],
    leftOut,
  }
}

function isTime(reading: ColumnReading | undefined): boolean {
  return reading?.type === 'timestamp' || reading?.type === 'date'
}
