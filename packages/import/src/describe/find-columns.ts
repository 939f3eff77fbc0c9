import type { ColumnType } from '@minilake/schema'
import type { DuckDb } from '../duckdb/open-duckdb.js'
import { type ColumnReading, columnReadings, commonNullTexts } from './column-reading.js'
import type { DescribedSource } from './described-source.js'
import { quoteLiteral } from '@minilake/schema'

/** What was found out about a column of a file. */
export interface FoundColumn {
  name: string
  /** Its position, or two columns: what `map` calls it. Absent if that is its name. */
  place?: string
  /** All ways in which each of its values can be read, the most specific first; none if no column type holds them. */
  readings: ColumnReading[]
  /** Number of rows without a value. */
  missing: number
  /** The common texts for no value that it has. */
  nullTexts: string[]
  /** The first and the last year of its times. */
  years?: readonly [first: number, last: number]
  /** Whether its values have a type in the file. */
  isTyped: boolean
}

/** Number of rows that decide which readings are tried on all rows. */
const sampleRows = 2000

const timeOfDay = /^\s*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(\s*[ap]m)?\s*$/i
const number = /^\s*[+-]?\d*[.,]?\d*(e[+-]?\d+)?\s*$/i

/** Finds out how the columns of a file can be read. Joins a column of days with one of times of day. */
export async function findColumns(
  { names, types, from }: Omit<DescribedSource, 'source'>,
  db: DuckDb,
): Promise<FoundColumn[]> {
  const sample = (await db.rows(
    `SELECT ${names.map((_, index) => `CAST(c${index} AS VARCHAR)`).join(', ')} FROM ${from} LIMIT ${sampleRows}`,
  )) as (string | null)[][]
  const textsOf = (index: number) =>
    sample.flatMap((row) => {
      const text = row[index]?.trim() ?? ''
      return text === '' || commonNullTexts.includes(text) ? [] : [text]
    })
  const found: FoundColumn[] = []
  const isNamedOnce = (name: string) =>
    name.trim() !== '' && names.filter((each) => each === name).length === 1
  for (const [index, name] of names.entries()) {
    const type = types[index] ?? 'VARCHAR'
    const readings = typedReadings(type) ?? textReadings(name, textsOf(index))
    const column = await tried(
      `c${index}`,
      readings,
      { name, from, isTyped: typedReadings(type) !== undefined },
      db,
    )
    found.push(isNamedOnce(name) ? column : { ...column, place: `#${index + 1}` })
  }
  return joinTimes(found, names, textsOf, { from, db })
}

/** Joins the first column of days with the first one of times of day, if there is no other time. */
async function joinTimes(
  found: readonly FoundColumn[],
  names: readonly string[],
  textsOf: (index: number) => string[],
  { from, db }: { from: string; db: DuckDb },
): Promise<FoundColumn[]> {
  const isDay = ({ readings: [first] }: FoundColumn) => first?.isDay === true
  const day = found.findIndex(isDay)
  const clock = names.findIndex((_, index) => {
    const texts = textsOf(index)
    return texts.length > 0 && texts.every((text) => timeOfDay.test(text))
  })
  if (
    day === -1 ||
    clock === -1 ||
    found.some((column) => column.readings[0]?.type === 'timestamp' && !isDay(column))
  )
    return [...found]
  const name =
    ['event_timestamp', 'event_time', 'reading_time'].find((each) => !names.includes(each)) ?? 'time'
  const raw = `(nullif(trim(c${day}), '') || ' ' || nullif(trim(c${clock}), ''))`
  const texts = textsOf(day).map((text, at) => `${text} ${textsOf(clock)[at]}`)
  const readings = textReadings(name, texts).filter(({ type, isDay }) => type === 'timestamp' && !isDay)
  const joined = await tried(raw, readings, { name, from, isTyped: false }, db)
  if (joined.readings.length === 0) return [...found]
  const partOf = (index: number) =>
    found[index]?.place ?? (/[,#]/.test(names[index] ?? '') ? `#${index + 1}` : names[index]?.trim())
  const place = `${partOf(day)},${partOf(clock)}`
  return [{ ...joined, place }, ...found.filter((_, index) => index !== day && index !== clock)]
}

/** The readings of a column that hold for all of its rows. */
async function tried(
  raw: string,
  readings: readonly ColumnReading[],
  { name, from, isTyped }: { name: string; from: string; isTyped: boolean },
  db: DuckDb,
): Promise<FoundColumn> {
  const holding = async (some: readonly ColumnReading[], rows: string) => {
    if (some.length === 0) return { some: [], present: 0, missing: 0 }
    const [counts = []] = await db.rows(
      `SELECT count(*), count(*) FILTER (${missing}), ${some.map(({ value }) => `count(*) FILTER (NOT ${missing} AND (${value('r')}) IS NULL)`).join(', ')} FROM (SELECT ${raw} AS r FROM ${rows})`,
    )
    const [all, gaps, ...bad] = counts.map(Number)
    return {
      some: some.filter((_, at) => bad[at] === 0),
      present: (all ?? 0) - (gaps ?? 0),
      missing: gaps ?? 0,
    }
  }
  const missing = isTyped ? '(r IS NULL)' : `(r IS NULL OR ${readings[0]?.isMissing('r') ?? 'false'})`
  const sampled = await holding(readings, `${from} LIMIT ${sampleRows}`)
  const isAll = sampled.present + sampled.missing < sampleRows
  const { some, present, missing: gaps } = isAll ? sampled : await holding(sampled.some, from)
  const text = some.filter(({ type }) => type === 'varchar')
  const time = present > 0 && !isTyped ? some.find(({ type }) => type === 'timestamp') : undefined
  const nullTexts = isTyped
    ? []
    : await db.rows(
        `SELECT DISTINCT trim(${raw}) FROM ${from} WHERE trim(${raw}) IN (${commonNullTexts.map(quoteLiteral).join(', ')})`,
      )
  const [years] = time
    ? await db.rows(
        `SELECT ${['min', 'max'].map((most) => `year(make_timestamp(${most}(${time.value('r')})))`).join(', ')} FROM (SELECT ${raw} AS r FROM ${from})`,
      )
    : []
  return {
    name,
    readings: present === 0 ? text : some,
    missing: gaps,
    nullTexts: nullTexts.map(([text]) => String(text)).sort(),
    ...(years && { years: [Number(years[0]), Number(years[1])] as const }),
    isTyped,
  }
}

/** The readings of texts that are worth trying. */
function textReadings(name: string, texts: readonly string[]): ColumnReading[] {
  return columnReadings(name).filter(({ timeFormat }) => {
    if (timeFormat === undefined) return true
    if (texts.length === 0) return false
    if (timeFormat.startsWith('%')) return texts.every((text) => formOf(timeFormat).test(text))
    return texts.every((text) => (timeFormat === 'iso' ? !number.test(text) : number.test(text)))
  })
}

/** The form of the texts that a pattern reads. */
function formOf(pattern: string): RegExp {
  const form = pattern.replace(/%[A-Za-z]|[.]/g, (part) => forms[part] ?? `\\${part}`)
  return new RegExp(`^${form}$`, 'i')
}

const forms: Readonly<Record<string, string>> = {
  '%d': '\\d{1,2}',
  '%m': '\\d{1,2}',
  '%Y': '\\d{4}',
  '%y': '\\d{2}',
  '%b': '[a-z]{3}',
  '%H': '\\d{1,2}',
  '%I': '\\d{1,2}',
  '%M': '\\d{1,2}',
  '%S': '\\d{1,2}',
  '%f': '\\d{1,6}',
  '%p': '[ap]m',
  '%z': '[+-]\\d\\d(:?\\d\\d)?',
}

/** The readings of values with a type; undefined for texts. */
function typedReadings(fileType: string): ColumnReading[] | undefined {
  if (/^(VARCHAR|JSON)$/.test(fileType)) return undefined
  const [, types] = typed.find(([pattern]) => pattern.test(fileType)) ?? []
  return (types ?? []).map((type) => ({
    type,
    isMissing: () => 'false',
    value: (raw) => raw,
    ...((type === 'timestamp' || type === 'date') && {
      timeFormat: 'iso',
      isZoned: fileType === 'TIMESTAMP WITH TIME ZONE',
      isDay: fileType === 'DATE',
    }),
  }))
}

const typed: readonly (readonly [RegExp, readonly ColumnType[]])[] = [
  [/^(DOUBLE|DECIMAL\(.*\))$/, ['double']],
  [/^FLOAT$/, ['real']],
  [/^(U?(TINYINT|SMALLINT)|INTEGER)$/, ['integer']],
  [/^(UINTEGER|U?BIGINT|U?HUGEINT)$/, ['bigint']],
  [/^BOOLEAN$/, ['boolean']],
  [/^DATE$/, ['date', 'timestamp']],
  [/^TIMESTAMP/, ['timestamp']],
  [/^(BLOB|UUID|ENUM\(.*\))$/, ['varchar']],
]
