import type { ColumnType } from '@minilake/schema'
import { withMissing } from '../values/missing-value.js'
import { numberTexts } from '../values/number-text.js'
import { textValue } from '../values/text-value.js'
import { timeSql } from '../values/time-sql.js'
import type { ValueSql } from '../values/value-sql.js'

/** A way to read the texts of a column. */
export interface ColumnReading {
  type: ColumnType
  timeFormat?: string
  /** Whether each time states its zone, or counts in UTC. */
  isZoned?: boolean
  /** Whether the times are days without a time of day. */
  isDay?: boolean
  decimal?: string
  /** The texts that are no value. */
  isMissing: (raw: string) => string
  /** The entry in a batch, or NULL. */
  value: (raw: string) => string
}

/** Texts that commonly mean no value. */
export const commonNullTexts = ['NA', 'N/A', 'n/a', 'null', 'NULL', 'None', '-', '--', '?', '#N/A', '<NA>']

const days = [
  ...['.', '/', '-'].flatMap((sep) => [`%d${sep}%m${sep}%Y`, `%m${sep}%d${sep}%Y`]),
  ...['.', '/', '-'].flatMap((sep) => [`%d${sep}%m${sep}%y`, `%m${sep}%d${sep}%y`]),
  ...['%Y/%m/%d', '%b %d %Y', '%d %b %Y', '%d-%b-%Y', '%d-%b-%y', '%Y%m%d'],
]
const clocks = ['%H:%M:%S', '%H:%M', '%H:%M:%S.%f', '%I:%M:%S %p', '%I:%M %p']

/** The ways in which the texts of a column are tried to be read, the most specific first. A text is always the last. */
export function columnReadings(name: string): ColumnReading[] {
  const isTimeName = /time|date|stamp|epoch|^ts$|_ts$|^t$|^day$/i.test(name)
  const anyYear = [1, 9999] as const
  const time = (timeFormat: string, isZoned: boolean, pattern = timeFormat): ColumnReading =>
    reading('timestamp', {
      timeFormat: pattern,
      isZoned,
      ...(isZoned ? {} : { zone: 'UTC' }),
      years: timeFormat.startsWith('epoch') ? [1990, 2100] : anyYear,
    })
  const patterns = days.flatMap((day) => [
    ...clocks.flatMap((clock) => [
      time(`${day} ${clock}`, false),
      ...(clock === '%H:%M:%S' ? [time(`${day} ${clock}%z`, true)] : []),
    ]),
    { ...time(day, false), isDay: true },
  ])
  const words: ColumnReading = {
    ...reading('boolean', {}),
    value: (raw) =>
      `CASE WHEN lower(trim(${raw})) IN ('true', 'false', 'yes', 'no', 'on', 'off') THEN true END`,
  }
  return [
    words,
    { ...reading('date', {}), isDay: true, timeFormat: 'iso', isZoned: false },
    time('iso', true),
    time('iso', false),
    ...patterns.filter(({ timeFormat }) => timeFormat?.startsWith('%Y%m%d') !== true || isTimeName),
    ...(isTimeName ? ['epoch-s', 'epoch-ms', 'epoch-us', 'epoch-ns'].map((unit) => time(unit, true)) : []),
    withoutZeros(reading('bigint', {})),
    withoutZeros(reading('double', {})),
    withoutZeros(reading('double', { decimal: ',' })),
    { type: 'varchar', isMissing: () => 'false', value: (raw) => raw },
  ]
}

/** Numbers that are no codes: 007 would lose its zeros, and a long one its last digits. */
function withoutZeros(number: ColumnReading): ColumnReading {
  const isCode = (raw: string) =>
    `regexp_matches(${raw}, '^\\s*[+-]?(0\\d|\\d{${number.type === 'double' ? 18 : 20},}\\s*$)')`
  return { ...number, value: (raw) => `CASE WHEN NOT ${isCode(raw)} THEN ${number.value(raw)} END` }
}

function reading(
  type: ColumnType,
  {
    timeFormat,
    isZoned,
    zone,
    years,
    decimal,
  }: {
    timeFormat?: string
    isZoned?: boolean
    zone?: string
    years?: readonly [number, number]
    decimal?: string
  },
): ColumnReading {
  const value: ValueSql = withMissing(
    textValue[type]({
      time: timeSql({
        ...(timeFormat !== undefined && { timeFormat }),
        ...(zone !== undefined && { zone }),
        ...(years && { years }),
      }),
      numbers: numberTexts({ ...(decimal !== undefined && { decimal }) }),
      strictTime: false,
    }),
    type,
    { nullText: commonNullTexts, isText: true },
  )
  return {
    type,
    ...(timeFormat !== undefined && { timeFormat }),
    ...(isZoned !== undefined && { isZoned }),
    ...(decimal !== undefined && { decimal }),
    isMissing: (raw) => value.isMissing?.(value.parsed(raw), raw) ?? 'false',
    value: (raw) => value.value(value.parsed(raw), raw),
  }
}
