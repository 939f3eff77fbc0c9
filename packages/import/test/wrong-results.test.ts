import { Buffer } from 'node:buffer'
import { readFile, writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { defineTable } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import type { ReadOptions } from '../src/index.js'
import { parquetWith } from './parquet-files.js'
import { filesWith, readFiles, readText } from './read-files.js'
import { micros } from './turbine.js'

// Files that were once imported with wrong values, without a word. Each is read right or refused, and right once it is mended.

const table = defineTable({
  name: 't',
  columns: { event_timestamp: { type: 'timestamp' }, v: { type: 'double' } },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
})

/** A CSV of times, with a number in each row. */
function csv(times: readonly string[]): string {
  return `event_timestamp,v\n${times.map((time, index) => `${time},${index + 1}\n`).join('')}`
}

/** The rows of these times. */
function rows(times: readonly string[]): unknown[][] {
  return times.map((time, index) => [micros(time), index + 1])
}

describe('abbreviations of zones', () => {
  const local = csv(['2021-07-01 12:00:00'])

  test.each(['BST', 'ACT', 'NST', 'AST', 'SST', 'ECT', 'CST', 'PST', 'IST', 'CET', 'EST', 'Japan'])(
    '%s is no zone',
    async (zone) => {
      await expect(readText(table, 'a.csv', local, { zone })).rejects.toThrow(
        new RangeError(
          `\`zone\` expected UTC, GMT, an offset such as +02:00 or a name with a slash such as Europe/Berlin, got ${zone}`,
        ),
      )
    },
  )

  test.each([
    ['Europe/London', '2021-07-01T11:00:00Z'],
    ['+01:00', '2021-07-01T11:00:00Z'],
    ['GMT', '2021-07-01T12:00:00Z'],
    ['Etc/GMT+5', '2021-07-01T17:00:00Z'],
  ])('%s is one', async (zone, expected) => {
    expect((await readText(table, 'a.csv', local, { zone })).rows).toEqual(rows([expected]))
  })

  test('%Z in a pattern reads no abbreviation, of summer or winter time', async () => {
    const options = { timeFormat: '%Y-%m-%d %H:%M:%S %Z' }
    const times = (zone: string) => csv([`2021-07-01 12:00:00 ${zone}`])
    await expect(readText(table, 'a.csv', times('CET'), options)).rejects.toThrow(
      'expected a time of the form %Y-%m-%d %H:%M:%S %Z, where %Z is UTC, GMT, Z or an offset, got "2021-07-01 12:00:00 CET"',
    )
    expect((await readText(table, 'a.csv', times('+02:00'), options)).rows).toEqual(
      rows(['2021-07-01T10:00:00Z']),
    )
  })

  test('a zone at the end of a time is no name either', async () => {
    await expect(readText(table, 'a.csv', csv(['2021-07-01 12:00:00 NZ']))).rejects.toThrow('1 bad row')
    expect((await readText(table, 'a.csv', csv(['2021-07-01 12:00:00 UTC']))).rows).toEqual(
      rows(['2021-07-01T12:00:00Z']),
    )
  })
})

describe('years of two digits', () => {
  const iso = ['21-03-05 10:00:00', '2021-03-05 10:00:01', '2021-03-05 10:00:02']

  test.each<[string, string[], ReadOptions, string]>([
    ['ISO 8601', iso.slice(0, 1), {}, '%y-%m-%d %H:%M:%S'],
    ['%Y', ['05.03.21 10:00:00'], { timeFormat: '%d.%m.%Y %H:%M:%S' }, '%d.%m.%y %H:%M:%S'],
  ])('are not read by %s, and %%y is named', async (_, times, options, fix) => {
    await expect(readText(table, 'a.csv', csv(times), { zone: 'UTC', ...options })).rejects.toThrow(
      `1 of 1 rows have no time in the years 1990 to 2100: event_timestamp "${times[0]}" is read as 0021-03-05; these times look like ${fix}: set \`timeFormat\` to it, or \`years\` to their years`,
    )
    const { rows: read } = await readText(table, 'a.csv', csv(times), { zone: 'UTC', timeFormat: fix })
    expect(read).toEqual(rows(['2021-03-05T10:00:00Z']))
  })

  test.each([
    ['a.csv', csv(iso)],
    ['a.csv.gz', gzipSync(csv(iso))],
    ['a.ndjson', iso.map((time, v) => `${JSON.stringify({ event_timestamp: time, v: v + 1 })}\n`).join('')],
  ])('are bad rows of %s, whatever the years', async (name, content) => {
    for (const years of [undefined, [1, 9999]] as const) {
      const { rows: read, report } = await readText(table, name, content, {
        zone: 'UTC',
        maxBadRows: 1,
        ...(years && { years }),
      })
      expect(read).toEqual(
        rows(['2021-03-05T10:00:00Z', '2021-03-05T10:00:01Z', '2021-03-05T10:00:02Z']).slice(1),
      )
      expect(report.bad).toMatchObject([
        {
          line: name === 'a.ndjson' ? 1 : 2,
          value: iso[0],
          reason: 'expected a year of four digits, or a `timeFormat` with %y',
        },
      ])
    }
  })
})

describe('times outside the expected years', () => {
  const seconds = ['1767225600', '1767225601', '1767225602']
  const times = rows(['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z'])
  const asSeconds = (start: string, day: string) =>
    `3 of 3 rows have no time in the years 1990 to 2100: event_timestamp "${start}" ${day}; these times look like epoch-s: set \`timeFormat\` to it, or \`years\` to their years`

  test.each([
    ['epoch-ms', 'is read as 1970-01-21'],
    ['epoch-us', 'is read as 1970-01-01'],
    ['iso', 'cannot be read'],
  ])('seconds are not read as %s', async (timeFormat, day) => {
    const message = asSeconds('1767225600', day)
    await expect(readText(table, 'a.csv', csv(seconds), { timeFormat, maxBadRows: 3 })).rejects.toThrow(
      message,
    )
    const lines = seconds.map((time, v) => `{"event_timestamp":${time},"v":${v + 1}}\n`).join('')
    await expect(readText(table, 'a.ndjson', lines, { timeFormat })).rejects.toThrow(message)
    expect((await readText(table, 'a.csv', csv(seconds), { timeFormat: 'epoch-s' })).rows).toEqual(times)
    expect((await readText(table, 'a.ndjson', lines, { timeFormat: 'epoch-s' })).rows).toEqual(times)
  })

  test('milliseconds and microseconds are not read as seconds', async () => {
    for (const [zeros, fix] of [
      ['000', 'epoch-ms'],
      ['000000', 'epoch-us'],
    ] as const) {
      const content = csv(seconds.map((time) => time + zeros))
      await expect(readText(table, 'a.csv', content, { timeFormat: 'epoch-s' })).rejects.toThrow(
        `these times look like ${fix}: `,
      )
      expect((await readText(table, 'a.csv', content, { timeFormat: fix })).rows).toEqual(times)
    }
  })

  test('seconds of Parquet are not read as milliseconds', async () => {
    const path = await parquetWith(
      [
        { name: 'event_timestamp', type: 'INT64', repetition_type: 'REQUIRED' },
        { name: 'v', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      ],
      [
        { name: 'event_timestamp', data: seconds.map(BigInt) },
        { name: 'v', data: [1, 2, 3] },
      ],
    )
    await expect(readFiles(table, [path], { timeFormat: 'epoch-ms' })).rejects.toThrow(
      asSeconds('1767225600', 'is read as 1970-01-21'),
    )
    expect((await readFiles(table, [path], { timeFormat: 'epoch-s' })).rows).toEqual(times)
  })

  test('half of the rows are bad rows, which can be skipped', async () => {
    const content = csv([
      '1970-01-21T00:00:00Z',
      '2026-01-01T00:00:00Z',
      '2101-01-01T00:00:00Z',
      '2100-12-31T23:59:59Z',
    ])
    const { rows: read, report } = await readText(table, 'a.csv', content, { maxBadRows: 2 })
    expect(read).toEqual([
      [micros('2026-01-01T00:00:00Z'), 2],
      [micros('2100-12-31T23:59:59Z'), 4],
    ])
    expect(report.bad.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'expected a time of the years 1990 to 2100 (`years`), not 1970-01-21'],
      [4, 'expected a time of the years 1990 to 2100 (`years`), not 2101-01-01'],
    ])
    expect((await readText(table, 'a.csv', content, { years: [1970, 2200] })).rows).toHaveLength(4)
  })

  test('more than half of the rows end the reading without a likely format too', async () => {
    await expect(
      readText(table, 'a.csv', csv(['1850-01-01T00:00:00Z', '1850-01-01T00:00:01Z', '2026-01-01T00:00:00Z'])),
    ).rejects.toThrow(
      '2 of 3 rows have no time in the years 1990 to 2100: event_timestamp "1850-01-01T00:00:00Z" is read as 1850-01-01; set `timeFormat` to the format of these times, or `years` to their years',
    )
  })
})

describe('a date without its time of day', () => {
  const options = {
    zone: 'Europe/Berlin',
    timeFormat: '%d/%m/%Y',
    map: { Date: 'event_timestamp' },
    ignoreExtra: true,
  }
  const lines = ['31/12/2020;23:59:58;1', '31/12/2020;11:59 PM;2']

  test('is reported where another column looks like it', async () => {
    const found = { column: 'Date', timeColumn: 'Time' }
    const path = await parquetWith(
      [
        { name: 'Date', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'Time', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'v', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      ],
      [
        { name: 'Date', data: ['31/12/2020'] },
        { name: 'Time', data: ['23:59:58'] },
        { name: 'v', data: [1] },
      ],
    )
    const text = `Date;Time;v\n${lines.join('\n')}\n`
    const json = '{"Date":"31/12/2020","Time":"23:59:58","v":1}\n'
    const [plain, packed, ndjson] = await filesWith({
      'a.csv': text,
      'b.csv.gz': gzipSync(text),
      'c.ndjson': json,
    })
    const files = [plain, packed, ndjson, path] as string[]
    const { rows: read, report } = await readFiles(table, files, options)
    expect(read[0]).toEqual([micros('2020-12-30T23:00:00Z'), 1])
    expect(report.midnightTimes).toEqual(files.map((file) => ({ file, ...found })))
  })

  test('is not reported for times of day that are read, or for another kind of column', async () => {
    const joined = `Date;Time;v\n${lines.map((line) => line.replace(';', ' 10:00:00;')).join('\n')}\n`
    const { report } = await readText(table, 'a.csv', joined, { ...options, timeFormat: '%d/%m/%Y %H:%M:%S' })
    expect(report.midnightTimes).toEqual([])
    const other = `Date;Time;v\n31/12/2020;23.59;1\n31/12/2020;;2\n`
    expect((await readText(table, 'a.csv', other, options)).report.midnightTimes).toEqual([])
  })
})

describe('text that is not UTF-8 throughout', () => {
  const named = defineTable({ name: 't', columns: { v: { type: 'double' }, name: { type: 'varchar' } } })
  const bytes = (...parts: (string | number)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))))
  const noisy = (noise: string | number) => bytes('v,name\n1,Zürich\n2,x', noise, 'x\n3,Köln\n')
  const notUtf8 = { line: 3, reason: 'expected UTF-8: state another encoding with `encoding`' }
  const cities = [
    [1, 'Zürich'],
    [3, 'Köln'],
  ]

  test.each([
    ['a.csv', (noise: string | number) => noisy(noise)],
    ['a.csv.gz', (noise: string | number) => gzipSync(noisy(noise))],
    [
      'a.ndjson',
      (noise: string | number) =>
        bytes(
          '{"v":0,"name":"a"}\n{"v":1,"name":"Zürich"}\n{"v":2,"name":"x',
          noise,
          'x"}\n{"v":3,"name":"Köln"}\n',
        ),
    ],
  ])('one bad byte in UTF-8 makes one bad row of %s', async (name, content) => {
    await expect(readText(named, name, content(0xfe))).rejects.toMatchObject({ count: 1, rows: [notUtf8] })
    const { rows: read, report } = await readText(named, name, content(0xfe), { maxBadRows: 1 })
    expect(read.slice(-2)).toEqual(cities)
    expect(report.bad).toMatchObject([notUtf8])
    expect((await readText(named, name, content('þ'))).rows.slice(-3)).toEqual([
      cities[0],
      [2, 'xþx'],
      cities[1],
    ])
  })

  test('characters far behind the bad byte decide too', async () => {
    const content = bytes('v,name\n1,x', 0xfe, 'x\n', '2,a\n'.repeat(50_000), '3,Köln\n')
    const { rows: read, report } = await readText(named, 'a.csv', content, { maxBadRows: 1 })
    expect(read.at(-1)).toEqual([3, 'Köln'])
    expect(report.bad).toMatchObject([{ line: 2 }])
  })

  test('text that is windows-1252 throughout is read so', async () => {
    const content = Buffer.from(`v,name\n1,Zürich\n2,É»\n${'3,30 °C\n'.repeat(99)}`, 'latin1')
    expect((await readText(named, 'a.csv', content)).rows.slice(0, 3)).toEqual([
      [1, 'Zürich'],
      [2, 'É»'],
      [3, '30 °C'],
    ])
  })

  test('a header that is not UTF-8 is refused', async () => {
    const content = bytes('v,name,M', 0xfe, 'hle\n1,Zürich,1\n')
    await expect(readText(named, 'a.csv', content, { ignoreExtra: true })).rejects.toThrow(
      'expected column names in UTF-8 in line 1, got M\u{FFFD}hle: state another encoding with `encoding`',
    )
  })
})

describe('nanoseconds of UTC in Parquet', () => {
  const nanoseconds = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' } as const
  const parquetOf = (times: bigint[]) =>
    parquetWith(
      [
        { name: 'other', type: 'INT64', repetition_type: 'OPTIONAL', logical_type: nanoseconds },
        { name: 'event_timestamp', type: 'INT64', repetition_type: 'OPTIONAL', logical_type: nanoseconds },
        { name: 'v', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      ],
      [
        { name: 'other', data: times.map(() => 1n) },
        { name: 'event_timestamp', data: times },
        { name: 'v', data: times.map((_, index) => index + 1) },
      ],
    )
  const options = { ignoreExtra: true, strictTime: true }

  test('are refused by strictTime, and floored and counted without it', async () => {
    const start = micros('2020-01-01T00:00:00Z') * 1000n
    const path = await parquetOf([start, start + 1n, start + 999n, start + 1_000_000n])
    const content = await readFile(path)
    await expect(readFiles(table, [path], options)).rejects.toMatchObject({
      count: 2,
      rows: [
        { line: 2, reason: 'expected whole milliseconds', value: '2020-01-01 00:00:00.000000001' },
        { line: 3, reason: 'expected whole milliseconds' },
      ],
    })
    const { rows: read, report } = await readFiles(table, [path], { ignoreExtra: true })
    expect(read).toEqual(
      rows([
        '2020-01-01T00:00:00Z',
        '2020-01-01T00:00:00Z',
        '2020-01-01T00:00:00Z',
        '2020-01-01T00:00:00.001Z',
      ]),
    )
    expect(report.flooredTimes).toBe(2)
    expect(await readFile(path)).toEqual(content)
    const whole = await parquetOf([start, start + 1_000_000n])
    expect((await readFiles(table, [whole], options)).rows).toEqual(
      rows(['2020-01-01T00:00:00Z', '2020-01-01T00:00:00.001Z']),
    )
  })

  test('are floored before 1970 too, and are UTC whatever the zone', async () => {
    const path = await parquetOf([-1n, -1_000_000n, 1n])
    const { rows: read } = await readFiles(table, [path], {
      ignoreExtra: true,
      years: [1900, 2100],
      zone: 'Europe/Berlin',
    })
    expect(read).toEqual([
      [-1000n, 1],
      [-1000n, 2],
      [0n, 3],
    ])
  })

  test('of the type INT96 cannot be checked by strictTime, which is said', async () => {
    const path = await parquetWith(
      [
        {
          name: 'event_timestamp',
          type: 'FIXED_LEN_BYTE_ARRAY',
          type_length: 12,
          repetition_type: 'REQUIRED',
        },
        { name: 'v', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      ],
      [
        { name: 'event_timestamp', data: [int96(20_000, 1_001_999)] },
        { name: 'v', data: [1] },
      ],
    )
    await asInt96(path)
    await expect(readFiles(table, [path], { zone: 'UTC', strictTime: true })).rejects.toThrow(
      'column event_timestamp is INT96, whose digits below a microsecond cannot be checked: expected another type of time, or no `strictTime`',
    )
    expect((await readFiles(table, [path], { zone: 'UTC' })).rows).toEqual(rows(['2024-10-04T00:00:00.001Z']))
  })
})

/** A time as INT96 holds it: nanoseconds of a day, then the Julian day. */
function int96(day: number, nanos: number): Uint8Array {
  const bytes = Buffer.alloc(12)
  bytes.writeBigUInt64LE(BigInt(nanos))
  bytes.writeUInt32LE(2_440_588 + day, 8)
  return bytes
}

/** Declares the fixed texts of 12 bytes in a Parquet file as INT96, in the schema and in the metadata of their chunk. */
async function asInt96(path: string): Promise<void> {
  const file = await readFile(path)
  const footer = file.subarray(file.length - 8 - file.readUInt32LE(file.length - 8))
  const [fixed, int96] = [0x0e, 0x06] // 7 and 3 in zigzag, after the header of the first field, an i32
  for (let at = 0; at < footer.length; at++) {
    if (footer[at] === 0x15 && footer[at + 1] === fixed) footer[at + 1] = int96
  }
  await writeFile(path, file)
}

describe('columns of one name', () => {
  const same = 'has several columns named v: expected one for v of table t'
  const cures = {
    parquet: 'give the other another name in the file',
    csv: 'state its position, such as #2, with `map`',
  }
  const schema = ['v', 'v'].map((name) => ({ name, type: 'DOUBLE', repetition_type: 'REQUIRED' }) as const)
  const parquetOf = (name: string) =>
    parquetWith(
      [
        {
          name: 'event_timestamp',
          type: 'INT64',
          repetition_type: 'REQUIRED',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
        },
        schema[0] as (typeof schema)[number],
        { ...(schema[1] as (typeof schema)[number]), name },
      ],
      [
        { name: 'event_timestamp', data: [micros('2020-01-01T00:00:00Z')] },
        { name: 'v', data: [1] },
        { name, data: [2] },
      ],
    )

  test('are refused in Parquet and CSV, with or without `map` and `ignoreExtra`', async () => {
    const [text] = await filesWith({ 'a.csv': 'event_timestamp,v,v\n2020-01-01T00:00:00Z,1,2\n' })
    const files = [
      [await parquetOf('v'), cures.parquet],
      [text as string, cures.csv],
    ] as const
    for (const [path, cure] of files) {
      for (const options of [{}, { ignoreExtra: true }, { ignoreExtra: true, map: { v: 'v' } }])
        await expect(readFiles(table, [path], options)).rejects.toThrow(`${path} ${same}, ${cure}`)
    }
  })

  test('can be chosen by their case, and are read where only one is named so', async () => {
    const options = { ignoreExtra: true, map: { V: 'v' } }
    const path = await parquetOf('V')
    expect((await readFiles(table, [path], options)).rows).toEqual([[micros('2020-01-01T00:00:00Z'), 2]])
    expect((await readFiles(table, [await parquetOf('v_1')], { ignoreExtra: true })).rows).toEqual([
      [micros('2020-01-01T00:00:00Z'), 1],
    ])
    const [text] = await filesWith({ 'a.csv': 'event_timestamp,v,w\n2020-01-01T00:00:00Z,1,2\n' })
    expect((await readFiles(table, [text as string], { ignoreExtra: true })).rows).toEqual(
      rows(['2020-01-01T00:00:00Z']),
    )
  })

  test('in a line of NDJSON make a bad row', async () => {
    const line = (second: string) => `{"event_timestamp":"2020-01-01T00:00:00Z","v":1,"${second}":2}\n`
    const mixed = `${line('w')}${line('v')}[]\n`
    const { rows: read, report } = await readText(table, 'a.ndjson', mixed, {
      ignoreExtra: true,
      maxBadRows: 2,
    })
    expect(read).toEqual(rows(['2020-01-01T00:00:00Z']))
    expect(report.bad.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'expected each key once'],
      [3, 'expected a JSON object'],
    ])
  })
})
