import { defineTable } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import type { ReadOptions } from '../../src/index.js'
import { timeSql } from '../../src/values/time-sql.js'
import { readText } from '../read-files.js'
import { micros } from '../turbine.js'

const times = defineTable({ name: 'times', columns: { t: { type: 'timestamp', nullable: true } } })

/** Reads one time, of any year by default. Returns the reason if it is bad. */
async function readTime(text: string, options: ReadOptions = {}): Promise<bigint | string> {
  // Two rows without a time, so that most rows are good.
  const { rows, report } = await readText(times, 'a.csv', `t\n"${text}"\n\n\n`, {
    years: [1, 9999],
    ...options,
    maxBadRows: 1,
  })
  return report.bad[0]?.reason ?? (rows[0]?.[0] as bigint)
}

const noZone = 'expected Z or an offset such as +02:00 at the end, or `zone` to state the zone of all times'
const noIso = 'expected ISO 8601 with a zone, such as 2026-01-01T00:00:00Z, or another `timeFormat`'
const noLocalIso = 'expected ISO 8601 without a zone, such as 2026-01-01T00:00:00, or another `timeFormat`'
const hasZone = 'expected a time without a zone, as `zone` states the zone of all times'
const skipped = 'expected a time that exists in the stated zone: its clocks skip this one'

describe('ISO 8601', () => {
  test.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
    ['2026-01-01 00:00:00.5Z', '2026-01-01T00:00:00.5Z'],
    ['2026-01-01T02:00:00+02:00', '2026-01-01T00:00:00Z'],
    ['2026-01-01T02:00:00+0200', '2026-01-01T00:00:00Z'],
    ['2026-01-01 02:00:00+02', '2026-01-01T00:00:00Z'],
    ['2025-12-31T19:30:00-04:30', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00Z', '2026-01-01T00:00:00Z'],
    ['2026-01-01T02:00+02:00', '2026-01-01T00:00:00Z'],
    ['2026-01-01 00:00:00 UTC', '2026-01-01T00:00:00Z'],
    [' 2026-01-01T00:00:00Z ', '2026-01-01T00:00:00Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s', async (text, expected) => {
    expect(await readTime(text)).toBe(micros(expected))
  })

  test.each([
    ['2026-01-01T00:00:00', noZone],
    ['2026-01-01 00:00', noZone],
    ['2026-01-01', noZone],
    ['1767225600', noIso],
    ['01/02/2026 00:00:00Z', noIso],
    ['2026-02-30T00:00:00Z', noIso],
    ['infinityxxxZ', noIso],
    ['2026-07-01 00:00:00 NZ', noIso],
    ['2026-07-01 00:00:00 BST', noIso],
    ['10000-01-01T00:00:00Z', 'expected a time of the years 1 to 9999 (`years`)'],
    ['0001-01-01T00:00:00+01:00', 'expected a time of the years 1 to 9999 (`years`)'],
  ])('%s is refused', async (text, reason) => {
    expect(await readTime(text)).toBe(reason)
  })
})

describe('a stated zone', () => {
  test.each([
    ['UTC', '2026-07-01 00:00:00', '2026-07-01T00:00:00Z'],
    ['gmt', '2026-07-01 00:00:00', '2026-07-01T00:00:00Z'],
    ['UTC', '2026-07-01T00:00', '2026-07-01T00:00:00Z'],
    ['UTC', '2026-07-01', '2026-07-01T00:00:00Z'],
    ['+05:45', '2026-07-01 05:45:00.25', '2026-07-01T00:00:00.25Z'],
    ['-0330', '2026-06-30 20:30:00', '2026-07-01T00:00:00Z'],
    ['Europe/Berlin', '2026-07-01 02:00:00', '2026-07-01T00:00:00Z'],
    ['europe/berlin', '2026-01-01 01:00:00', '2026-01-01T00:00:00Z'],
    ['Asia/Kathmandu', '2026-07-01 05:45:00', '2026-07-01T00:00:00Z'],
  ])('%s: %s is %s', async (zone, text, expected) => {
    expect(await readTime(text, { zone })).toBe(micros(expected))
  })

  test.each([
    ['UTC', '2026-01-01T00:00:00Z', hasZone],
    ['Europe/Berlin', '2026-01-01T00:00:00+01:00', hasZone],
    ['UTC', 'yesterday', noLocalIso],
    ['Europe/Berlin', '2026-03-29 02:30:00', skipped],
  ])('%s: %s is refused', async (zone, text, reason) => {
    expect(await readTime(text, { zone })).toBe(reason)
  })

  test('times that the clock showed twice are read as the later one and counted', async () => {
    const text =
      't\n2026-10-25 01:59:59\n2026-10-25 02:00:00\n2026-10-25 02:59:59\n2026-10-25 03:00:00\n2026-10-25 04:30:00\n2026-07-01 00:00\n'
    const { rows, report } = await readText(times, 'a.csv', text, { zone: 'Europe/Berlin' })
    expect(rows.map(([time]) => new Date(Number(time) / 1000).toISOString().slice(5, 19))).toEqual([
      '10-24T23:59:59',
      '10-25T01:00:00',
      '10-25T01:59:59',
      '10-25T02:00:00',
      '10-25T03:30:00',
      '06-30T22:00:00',
    ])
    expect(report.repeatedTimes).toBe(2)
  })

  test('a clock set back by half an hour shows half an hour twice', async () => {
    const text = 't\n2026-04-05 01:29:59\n2026-04-05 01:30:00\n2026-04-05 01:59:59\n2026-04-05 02:00:00\n'
    const { report } = await readText(times, 'a.csv', text, { zone: 'Australia/Lord_Howe' })
    expect(report.repeatedTimes).toBe(2)
  })
})

describe('counts since 1970', () => {
  test.each([
    ['epoch-s', '1767225600', 1_767_225_600_000_000n],
    ['epoch-s', '1767225600.123', 1_767_225_600_123_000n],
    ['epoch-s', '-0.5', -500_000n],
    ['epoch-ms', '1767225600123', 1_767_225_600_123_000n],
    ['epoch-ms', '-1', -1000n],
    ['epoch-us', '1767225600123000', 1_767_225_600_123_000n],
  ])('%s %s', async (timeFormat, text, expected) => {
    expect(await readTime(text, { timeFormat })).toBe(expected)
  })

  test.each([
    ['epoch-s', '2026-01-01T00:00:00Z', 'expected seconds since 1970-01-01, such as 1767225600'],
    ['epoch-ms', '1e-3', 'expected milliseconds since 1970-01-01, such as 1767225600000'],
    ['epoch-s', '1767225600123', 'expected a time of the years 1 to 9999 (`years`)'],
    ['epoch-us', '999999999999999999999', 'expected microseconds since 1970-01-01, such as 1767225600000000'],
    ['epoch-s', '999999999999999999', 'expected seconds since 1970-01-01, such as 1767225600'],
  ])('%s: %s is refused', async (timeFormat, text, reason) => {
    expect(await readTime(text, { timeFormat })).toBe(reason)
  })
})

describe('patterns', () => {
  test.each([
    ['%d.%m.%Y %H:%M:%S', 'UTC', '31.12.2025 23:59:58', '2025-12-31T23:59:58Z'],
    ['%d.%m.%Y %H:%M:%S.%f', '+01:00', '01.01.2026 01:00:00.25', '2026-01-01T00:00:00.25Z'],
    ['%m/%d/%Y %I:%M %p', 'America/New_York', '12/31/2025 07:00 PM', '2026-01-01T00:00:00Z'],
    ['%Y-%m-%dT%H:%M:%S%z', undefined, '2026-01-01T02:00:00+0200', '2026-01-01T00:00:00Z'],
    ['%Y%m%d%H%M%S.%n', 'UTC', '20260101000000.123000000', '2026-01-01T00:00:00.123Z'],
    ['%Y-%m-%d %H:%M:%S.%n %z', undefined, '2026-01-01 02:00:00.123000000 +0200', '2026-01-01T00:00:00.123Z'],
    ['%d.%m.%y %H:%M', 'UTC', '01.07.21 00:00', '2021-07-01T00:00:00Z'],
    ['%d.%m.%Y', 'UTC', '01.07.0021', '0021-07-01T00:00:00Z'],
    ['%Y-%m-%d %H:%M %Z', undefined, '2026-07-01 00:00 UTC', '2026-07-01T00:00:00Z'],
    ['%Y-%m-%d %H:%M %Z', undefined, '2026-07-01 00:00 GMT', '2026-07-01T00:00:00Z'],
    ['%Y-%m-%d %H:%M%Z', undefined, '2026-07-01 00:00Z', '2026-07-01T00:00:00Z'],
    ['%Y-%m-%d %H:%M %Z', undefined, '2026-07-01 01:00 +01:00', '2026-07-01T00:00:00Z'],
  ])('%s', async (timeFormat, zone, text, expected) => {
    expect(await readTime(text, { timeFormat, ...(zone !== undefined && { zone }) })).toBe(micros(expected))
  })

  test.each(['BST', 'CET', 'EST', 'PST', 'Europe/Berlin', 'NZ'])('%%Z does not read %s', async (zone) => {
    expect(await readTime(`2026-07-01 00:00 ${zone}`, { timeFormat: '%Y-%m-%d %H:%M %Z' })).toBe(
      'expected a time of the form %Y-%m-%d %H:%M %Z, where %Z is UTC, GMT, Z or an offset',
    )
  })

  test('a time of a different form is refused', async () => {
    const options = { timeFormat: '%d.%m.%Y', zone: 'UTC' }
    expect(await readTime('2026-01-01', options)).toBe('expected a time of the form %d.%m.%Y')
    expect(await readTime('29.03.2026', { ...options, zone: 'Europe/Berlin' })).toBe(
      micros('2026-03-28T23:00Z'),
    )
  })
})

describe('times finer than a millisecond', () => {
  const hour = '2026-01-01T00:59:59'
  test.each([
    [{}, `${hour}.9996Z`, `${hour}.999Z`],
    [{}, `${hour}.999999999Z`, `${hour}.999Z`],
    [{}, `${hour}.0000001Z`, `${hour}.000Z`],
    [{}, '1969-12-31T23:59:59.9996Z', '1969-12-31T23:59:59.999Z'],
    [{ zone: 'UTC' }, `${hour}.9996`, `${hour}.999Z`],
    [{ timeFormat: 'epoch-s' }, '1767225600.9999', '2026-01-01T00:00:00.999Z'],
    [{ timeFormat: 'epoch-s' }, '-0.0001', '1969-12-31T23:59:59.999Z'],
    [{ timeFormat: 'epoch-ms' }, '1767225600000.0000001', '2026-01-01T00:00:00Z'],
    [
      { timeFormat: '%Y-%m-%d %H:%M:%S.%n', zone: 'UTC' },
      '2026-01-01 00:00:00.000000001',
      '2026-01-01T00:00:00Z',
    ],
    [
      { timeFormat: '%Y-%m-%d %H:%M:%S.%n', zone: 'UTC' },
      '1969-12-31 23:59:59.999999999',
      '1969-12-31T23:59:59.999Z',
    ],
    [
      { timeFormat: '%Y-%m-%d %H:%M:%S.%n %z' },
      '1969-12-31 23:59:59.999999999 +00',
      '1969-12-31T23:59:59.999Z',
    ],
    [
      { timeFormat: '%Y-%m-%d %H:%M:%S.%n%Z' },
      '2026-01-01 00:00:00.123000001UTC',
      '2026-01-01T00:00:00.123Z',
    ],
  ])('%j: %s is floored and counted, or refused if strict', async (options, text, expected) => {
    const any = { years: [1, 9999], ...options } as const
    const { rows, report } = await readText(times, 'a.csv', `t\n${text}\n`, any)
    expect(rows).toEqual([[micros(expected)]])
    expect(report.flooredTimes).toBe(1)
    expect(await readTime(text, { ...options, strictTime: true })).toBe('expected whole milliseconds')
  })

  test('whole milliseconds are not counted, however many zeros follow', async () => {
    const text = `t\n${hour}.1230000000Z\n${hour}Z\n`
    const { rows, report } = await readText(times, 'a.csv', text, { strictTime: true })
    expect(rows).toHaveLength(2)
    expect(report.flooredTimes).toBe(0)
  })
})

test.each([
  [
    { zone: '+25:99' },
    '`zone` expected UTC, GMT, an offset such as +02:00 or a name with a slash such as Europe/Berlin, got +25:99',
  ],
  [
    { zone: 'Mars' },
    '`zone` expected UTC, GMT, an offset such as +02:00 or a name with a slash such as Europe/Berlin, got Mars',
  ],
  [
    { timeFormat: 'unix' },
    '`timeFormat` expected iso, epoch-s, epoch-ms, epoch-us, epoch-ns or a pattern such as %d.%m.%Y %H:%M:%S, got unix',
  ],
  [
    { timeFormat: 'epoch-s', zone: 'UTC' },
    '`zone` expected none beside `timeFormat` epoch-s, which counts in UTC, got UTC',
  ],
  [
    { years: [2100, 1990] as const },
    '`years` expected a first and a last year from 1 to 9999, such as 1990 and 2100, got 2100 and 1990',
  ],
  [
    { years: [0, 2100] as const },
    '`years` expected a first and a last year from 1 to 9999, such as 1990 and 2100, got 0 and 2100',
  ],
  [{ timeFormat: '%d.%m.%Y' }, 'the pattern %d.%m.%Y reads no zone (%z): expected `zone` to state it'],
  [
    { timeFormat: '%d.%m.%Y %z', zone: 'UTC' },
    '`zone` expected none beside the pattern %d.%m.%Y %z, which reads one from each time',
  ],
])('%j are refused', (options, message) => {
  expect(() => timeSql(options)).toThrow(new RangeError(message))
})

test('a pattern that DuckDB rejects is refused with its reason', async () => {
  await expect(readText(times, 'a.csv', 't\nx\n', { timeFormat: '%Q', zone: 'UTC' })).rejects.toThrow(
    /a\.csv cannot be read: .*Unrecognized format for strftime\/strptime: %Q/,
  )
})
