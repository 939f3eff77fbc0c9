import { Buffer } from 'node:buffer'
import { readdir } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { defineTable } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import { type BadRow, BadRowsError, openReadings, type ReadOptions } from '../src/index.js'
import { filesWith, readFiles, readText, tempFolder } from './read-files.js'
import { micros, turbine } from './turbine.js'

const header = 'event_timestamp,site,power\n'
const first = micros('2026-01-01T00:00:00Z')

/** The bad rows of a file, and their number. */
async function badRows(
  name: string,
  content: string | Uint8Array,
  options: ReadOptions = {},
): Promise<Omit<BadRow, 'file'>[]> {
  const error: unknown = await readText(turbine, name, content, options).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(BadRowsError)
  const { rows, count } = error as BadRowsError
  expect(count).toBe(rows.length)
  return rows.map(({ file: _, ...row }) => row)
}

describe('CSV', () => {
  test('an empty field is null, an empty text in quotes is a text', async () => {
    const text = `${header}2026-01-01T00:00:00Z,,\n2026-01-01T00:00:00Z,"",1.5\n2026-01-01T00:00:00Z,"a ""b"",\nc",-0\n`
    expect((await readText(turbine, 'a.csv', text)).rows).toEqual([
      [first, null, null],
      [first, '', 1.5],
      [first, 'a "b",\nc', -0],
    ])
  })

  test.each([
    ['NaN', NaN],
    ['-inf', -Infinity],
    ['Infinity', Infinity],
    [' 1.5 ', 1.5],
    ['1e-400', 0],
    ['.5', 0.5],
  ])('%j is the number %d', async (text, expected) => {
    const { rows } = await readText(turbine, 'a.csv', `${header}2026-01-01T00:00:00Z,a,${text}\n`)
    expect(rows[0]?.[2]).toBe(expected)
  })

  test('reads the same rows whatever the delimiter, quote, column order, case, line end and encoding', async () => {
    const rows = [[first, 'ä,;', 1.5]]
    for (const [content, options] of [
      [`${header}2026-01-01T00:00:00Z,"ä,;",1.5`, {}],
      ["Power;SITE;Event_Timestamp\r\n1.5;'ä,;';2026-01-01T00:00:00Z\r\n", {}],
      ['\u{FEFF}event_timestamp\tsite\tpower\n2026-01-01T00:00:00Z\tä,;\t1.5\n', {}],
      [`2026-01-01T00:00:00Z,"ä,;",1.5\n`, { noHeader: true }],
      [`${header.replaceAll(',', '::')}2026-01-01T00:00:00Z::ä,;::1.5\n`, { delimiter: '::' }],
      [Buffer.from('\u{FEFF}event_timestamp|site|power\n2026-01-01T00:00:00Z|ä,;|1.5\n', 'utf16le'), {}],
      [Buffer.from('event_timestamp|site|power\n2026-01-01T00:00:00Z|ä,;|1.5\n', 'latin1'), {}],
      [gzipSync(`${header}2026-01-01T00:00:00Z,"ä,;",1.5\n`), {}],
    ] as [string | Uint8Array, ReadOptions][]) {
      expect((await readText(turbine, 'a.csv', content, options)).rows).toEqual(rows)
    }
  })

  test('reads a stated encoding', async () => {
    const content = Buffer.concat([
      Buffer.from(`${header}2026-01-01T00:00:00Z,`),
      Buffer.of(0x93, 0x61),
      Buffer.from(',1\n'),
    ])
    expect((await readText(turbine, 'a.csv', content, { encoding: 'shift_jis' })).rows[0]?.[1]).toBe('殿')
    await expect(readText(turbine, 'a.csv', content, { encoding: 'utf-16' })).rejects.toThrow(
      /`encoding`|expected/,
    )
    await expect(readText(turbine, 'a.csv', content, { encoding: 'ebcdic' })).rejects.toThrow(
      new RangeError('`encoding` expected a name such as utf-8, utf-16le or windows-1252, got ebcdic'),
    )
  })

  test('reports bad rows with line, column, value and reason', async () => {
    const text = `${header}2026-01-01T00:00:00Z,a,1.5
2026-01-01T00:00:00Z,"two
lines",high

yesterday,b,1
,c,1
2026-01-01T00:00:00Z,d
2026-01-01T00:00:00Z,e,1,2
2026-01-01T00:00:00Z,f,1e400
"2026-01-01T00:00:00Z"x,g,1
`
    expect(await badRows('a.csv', text)).toEqual([
      {
        line: 3,
        column: 'power',
        value: 'high',
        reason: 'expected a number',
        row: ['2026-01-01T00:00:00Z', 'two\nlines', 'high'],
      },
      {
        line: 6,
        column: 'event_timestamp',
        value: 'yesterday',
        reason: 'expected ISO 8601 with a zone, such as 2026-01-01T00:00:00Z, or another `timeFormat`',
        row: ['yesterday', 'b', '1'],
      },
      { line: 7, column: 'event_timestamp', value: null, reason: 'expected a value', row: [null, 'c', '1'] },
      { line: 8, value: null, reason: 'expected 3 fields, got 2', row: '2026-01-01T00:00:00Z,d' },
      { line: 9, value: null, reason: 'expected 3 fields, got more', row: '2026-01-01T00:00:00Z,e,1,2' },
      {
        line: 10,
        column: 'power',
        value: '1e400',
        reason: 'expected a number',
        row: ['2026-01-01T00:00:00Z', 'f', '1e400'],
      },
      {
        line: 11,
        value: null,
        reason: 'expected a quote at the end of a quoted field, and doubled quotes within it',
        row: '"2026-01-01T00:00:00Z"x,g,1',
      },
    ])
  })

  test('skips and reports as many bad rows as allowed', async () => {
    const text = `${header}2026-01-01T00:00:00Z,a,x\n2026-01-01T00:00:00Z,b,1\n2026-01-01T00:00:00Z,c\n`
    const { rows, report } = await readText(turbine, 'a.csv', text, { maxBadRows: 2 })
    expect(rows).toEqual([[first, 'b', 1]])
    expect(report).toMatchObject({ rows: 1, badRows: 2, bad: [{ line: 2 }, { line: 4 }] })
    await expect(readText(turbine, 'a.csv', text, { maxBadRows: 1 })).rejects.toMatchObject({
      count: 2,
      message: expect.stringMatching(
        /^2 bad rows, expected at most 1: .*a\.csv, line 2, power: expected a number, got "x"$/,
      ),
    })
  })

  test('counts all bad rows of all files and reports the first', async () => {
    const bad = `${header}${'2026-01-01T00:00:00Z,a,x\n'.repeat(5000)}`
    const files = await filesWith({ 'a.csv': bad, 'b.csv': bad })
    const error: unknown = await readFiles(turbine, files).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ count: 10_000 })
    expect((error as BadRowsError).rows.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  test('never skips a row with an unclosed quote, which may contain other rows', async () => {
    const good = '2026-01-01T00:00:00Z,a,1\n'
    const text = `${header}${good}2026-01-01T00:00:00Z,"b,1\n${good.repeat(5000)}`
    await expect(readText(turbine, 'a.csv', text, { maxBadRows: 10 })).rejects.toThrow(
      'has a row that cannot be skipped, as rows after it may be part of it: expected a quote at the end',
    )
  })

  test('counts malformed lines, however many', async () => {
    const text = `${header}${'2026-01-01T00:00:00Z,a\n'.repeat(100_050)}2026-01-01T00:00:00Z,a,1\n`
    await expect(readText(turbine, 'a.csv', text, { maxBadRows: 100_049 })).rejects.toMatchObject({
      count: 100_050,
    })
  })

  test('reports a row that is not UTF-8, with the fix', async () => {
    const content = Buffer.concat([
      Buffer.from(header),
      Buffer.alloc(70_000, '2026-01-01T00:00:00Z,a,1\n'.repeat(1)),
      Buffer.from('2026-01-01T00:00:00Z,'),
      Buffer.of(0xe4),
      Buffer.from(',1\n'),
    ])
    const [row] = await badRows('a.csv', content)
    expect(row?.reason).toBe('expected UTF-8: state another encoding with `encoding`')
  })
})

describe('NDJSON', () => {
  test('reads keys in any order, absent and null ones as null, and skips blank lines', async () => {
    const text = `{"event_timestamp":"2026-01-01T00:00:00Z","site":"a","power":1.5}\n\n  \n{"power":"2","event_timestamp":"2026-01-01T00:00:00Z","site":null}\r\n{"event_timestamp":"2026-01-01T00:00:00Z"}`
    expect((await readText(turbine, 'a.ndjson', text)).rows).toEqual([
      [first, 'a', 1.5],
      [first, null, 2],
      [first, null, null],
    ])
  })

  test('reads any characters in names and texts, and nested values', async () => {
    const line = JSON.stringify({
      'a/b~"c': '2026-01-01T00:00:00Z',
      Site: 'x\0\n"ü',
      power: 1,
      extra: { a: [1] },
    })
    const { rows } = await readText(turbine, 'a.jsonl', `${line}\n`, {
      map: { 'a/b~"c': 'event_timestamp' },
      ignoreExtra: true,
    })
    expect(rows).toEqual([[first, 'x\0\n"ü', 1]])
  })

  test('reports lines that are not objects, bad values and missing values', async () => {
    const good = '{"event_timestamp":"2026-01-01T00:00:00Z","site":"a","power":1.5}'
    const text = `${good}\n\nnonsense\n[1]\n{"event_timestamp":"2026-01-01T00:00:00Z","power":true}\n{"power":1}\n{"event_timestamp":\n`
    const reasons = (await badRows('a.ndjson', text)).map(({ line, column, reason }) => [
      line,
      column,
      reason,
    ])
    expect(reasons).toEqual([
      [3, undefined, 'expected a JSON object'],
      [4, undefined, 'expected a JSON object'],
      [5, 'power', 'expected a number'],
      [6, 'event_timestamp', 'expected a value'],
      [7, undefined, 'expected a JSON object'],
    ])
  })

  test('finds an extra key in a single line far down', async () => {
    const good = '{"event_timestamp":"2026-01-01T00:00:00Z"}\n'
    await expect(
      readText(
        turbine,
        'a.ndjson',
        `${good.repeat(30_000)}{"event_timestamp":"2026-01-01T00:00:00Z","x":1}\n`,
      ),
    ).rejects.toThrow(/has columns that table turbine lacks: x /)
  })
})

describe('a file that cannot be read', () => {
  test.each([
    ['a.csv', '', 'is empty: expected readings'],
    ['a.csv', gzipSync(''), 'is empty: expected readings'],
    ['a.csv', header, 'has a header but no rows: expected readings'],
    ['a.ndjson', '\n', 'expected a JSON object in each line, got none'],
    ['a.ndjson', 'a,b\n1,2\n', 'expected a JSON object in each line, got none'],
    ['a.csv.gz', gzipSync(header.repeat(1000)).subarray(0, 60), 'is truncated: its gzip data ends early'],
    ['a.csv.gz', header, 'is not gzip, although its name ends in .gz: expected the bytes 1f 8b at the start'],
    [
      'a.csv.gz',
      gzipSync(header.repeat(50)).fill(0xff, 20, 40),
      'is damaged: its gzip data cannot be unpacked',
    ],
    ['a.parquet', 'PAR1 no more', 'is not a readable Parquet file: '],
    [
      'a.csv',
      'a,b,c\n1,2,3\n',
      "expected the names of table turbine's columns (event_timestamp, site, power) in one of its first lines, got a , b , c in line 1: ",
    ],
    [
      'a.csv',
      `${header.trim()}\r\n2026-01-01T00:00:00Z,a,1\n2026-01-01T00:00:00Z,a,1\r\n`,
      'cannot be read: expected the same line end everywhere (LF or CR LF)',
    ],
  ])('is %s with the content %j', async (name, content, message) => {
    const [path] = await filesWith({ [name]: content })
    await expect(readFiles(turbine, [path as string])).rejects.toThrow(`${path} ${message}`)
  })

  test('is missing or a folder', async () => {
    const folder = await tempFolder()
    await expect(readFiles(turbine, [`${folder}/none.csv`])).rejects.toThrow(
      /^cannot read .*none\.csv: ENOENT/,
    )
    await expect(readFiles(turbine, [folder])).rejects.toThrow(
      `cannot read ${folder}: it is a folder, expected a file`,
    )
  })

  test('has no header and a different number of fields than the table', async () => {
    await expect(readText(turbine, 'a.csv', '1,2\n', { noHeader: true })).rejects.toThrow(
      "has no header, so its fields must be in the order of table turbine's columns: expected 3 (event_timestamp, site, power), got 2",
    )
  })

  test('lacks a column that map names', async () => {
    await expect(
      readText(turbine, 'a.csv', `${header}x,y,1\n`, { map: { ts: 'event_timestamp' } }),
    ).rejects.toThrow(
      /^`map` expected columns of the files, got ts: .*a\.csv has event_timestamp, site, power$/,
    )
  })
})

test('requires a time that determines the partition, even if its column is nullable', async () => {
  const loose = defineTable({
    name: 'loose',
    columns: { t: { type: 'timestamp', nullable: true }, v: { type: 'integer', nullable: true } },
    partitions: { day: { from: 't', by: 'day' } },
  })
  const { report } = await readText(loose, 'a.csv', 't,v\n2026-01-01T00:00:00Z,\n,1\n', { maxBadRows: 1 })
  expect(report.bad).toMatchObject([{ line: 3, column: 't', value: null, reason: 'expected a value' }])
  await expect(readText(loose, 'a.csv', 'v\n1\n')).rejects.toThrow(' lacks t of table loose')
})

test.skipIf(process.platform === 'win32')(
  'a backslash in the name of a file is only a character',
  async () => {
    const content = `${header}2026-01-01T00:00:00Z,a,1\n`
    expect(
      (await readText(turbine, process.platform === 'win32' ? 'ab.csv' : 'a\\b.csv', content)).rows,
    ).toEqual([[first, 'a', 1]])
  },
)

test('reads several files with different names and layouts in order', async () => {
  const files = await filesWith({
    'a.csv': 'ts;kW\n2026-01-01T00:00:00Z;1\n',
    'b.ndjson': '{"time":"2026-01-01T00:00:01Z","power":2}\n',
  })
  const { rows, report } = await readFiles(turbine, files, {
    map: { ts: 'event_timestamp', time: 'event_timestamp', kW: 'power' },
  })
  expect(rows).toEqual([
    [first, null, 1],
    [first + 1_000_000n, null, 2],
  ])
  expect(report.rows).toBe(2)
})

test('detects the format of a stream from its content', async () => {
  for (const text of [
    `${header}2026-01-01T00:00:00Z,a,1\n`,
    '{"event_timestamp":"2026-01-01T00:00:00Z","site":"a","power":1}',
  ]) {
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      const stream = {
        name: 'standard input',
        bytes: (async function* () {
          await Promise.resolve()
          for (const byte of bytes) yield Uint8Array.of(byte)
        })(),
      }
      expect((await readFiles(turbine, [stream])).rows).toEqual([[first, 'a', 1]])
    }
  }
})

test('keeps the order of rows in a large file', async () => {
  const counted = defineTable({ name: 'counted', columns: { n: { type: 'integer' } } })
  const text = `n\n${Array.from({ length: 400_000 }, (_, n) => n).join('\n')}\n`
  const { rows } = await readText(counted, 'a.csv', text)
  expect(rows.every(([n], index) => n === index)).toBe(true)
  expect(rows).toHaveLength(400_000)
})

test('reads tables, columns and files with unusual names', async () => {
  const odd = defineTable({
    name: 'select',
    columns: { from: { type: 'timestamp' }, order: { type: 'varchar' } },
  })
  const name = process.platform === 'win32' ? `o'dd [x].csv` : `o'dd [x] * "?".csv`
  const { rows } = await readText(odd, name, `"FR""OM ';--",order\n2026-01-01T00:00:00Z,'x'\n`, {
    map: { [`FR"OM ';--`]: 'from' },
  })
  expect(rows).toEqual([[first, "'x'"]])
})

test('rejects an aborted read with the reason, and leaves no temporary files', async () => {
  const folder = await tempFolder()
  const files = await filesWith({
    'a.csv.gz': gzipSync(`${header}${'2026-01-01T00:00:00Z,a,1\n'.repeat(300_000)}`),
  })
  const abort = new AbortController()
  const readings = await openReadings(turbine, files, { tempFolder: folder, signal: abort.signal })
  expect(await readdir(folder)).toHaveLength(1)
  const reason = new Error('enough')
  await expect(
    (async () => {
      for await (const _batch of readings.batches()) abort.abort(reason)
    })(),
  ).rejects.toBe(reason)
  await readings.close()
  expect(await readdir(folder)).toEqual([])
  await expect(openReadings(turbine, files, { tempFolder: folder, signal: abort.signal })).rejects.toBe(
    reason,
  )
  expect(await readdir(folder)).toEqual([])
})
