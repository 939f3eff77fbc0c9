import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  defineTable,
  lakeLocation,
  lakeNames,
  qualifiedName,
  quoteLiteral,
  sqlTableName,
} from '@minilake/schema'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WindowFill, type WindowLength, windows } from '../../src/index.js'
import { trinoEngine } from '../../src/trino/trino-engine.js'
import { stack } from '../stack.js'
import { engineWith, rowsOf } from './machines.js'

const run = promisify(execFile)

const gauge = defineTable({
  name: 'window_gauge',
  columns: {
    time: { type: 'timestamp' },
    level: { type: 'double', nullable: true },
    site: { type: 'varchar', nullable: true },
  },
})
const columns = 'time TIMESTAMP, level DOUBLE, site VARCHAR'

// Two sites with readings about every 5 minutes for 3 weeks in which Berlin's clocks change, and for 2 days at the end of October; without
// NaN and with distinct times, so that every reader sees the same. A linear congruential generator makes them.
let seed = 1
const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
const readings = ['a', 'b'].flatMap((site) =>
  [
    ['2026-03-15', 21],
    ['2026-10-24', 2],
  ].flatMap(([start, days]) =>
    Array.from({ length: 288 * Number(days) }, (_, index) => ({
      time: new Date(Date.parse(String(start)) + index * 300_000 + Math.floor(random() * 200_000)),
      level: Math.round(random() ** 3 * 1e6) / 1e3,
      site,
    })),
  ),
)
const clean = readings.filter(() => random() < 0.9) // with gaps
/** Also readings that other readers treat differently: NaN, NULL, repeated times, infinite values, a site without a name. */
const odd = clean.slice(0, 300).map(({ time }, index) => ({
  time,
  level: [NaN, null, 3, 3, 7, Infinity][index % 6] as number | null,
  site: index % 4 === 0 ? null : 'odd',
}))

const duckDb = engineWith(gauge, columns, valuesOf([...clean, ...odd]))
const trino = trinoEngine({ url: stack.trino, user: 'minilake' })
const table = sqlTableName(gauge)
const isClean = `site IN ('a', 'b')`

let folder: string
let python: string
beforeAll(async () => {
  const schema = qualifiedName(lakeNames.catalog, lakeNames.schema)
  await trino.execute(
    `CREATE SCHEMA IF NOT EXISTS ${schema} WITH (location = ${quoteLiteral(`${lakeLocation}${lakeNames.schema}/`)})`,
  )
  await trino.execute(`DROP TABLE IF EXISTS ${table}`)
  const all = [...clean, ...odd]
  await trino.execute(`CREATE TABLE ${table} (${columns})`)
  for (let first = 0; first < all.length; first += 4000)
    await trino.execute(`INSERT INTO ${table} VALUES ${valuesOf(all.slice(first, first + 4000))}`)
  folder = await mkdtemp(join(tmpdir(), 'minilake-windows-'))
  await run('python3', ['-m', 'venv', join(folder, 'venv')])
  python = join(folder, 'venv', 'bin', 'python')
  await run(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    'pandas',
    'polars',
    'pyarrow',
  ])
}, 600_000)
afterAll(async () => {
  await trino.execute(`DROP TABLE IF EXISTS ${table}`)
  await Promise.all([trino.close(), duckDb.close(), rm(folder, { recursive: true, force: true })])
})

function valuesOf(rows: readonly { time: Date; level: number | null; site: string | null }[]): string {
  return rows
    .map(({ time, level, site }) => {
      const number = level === null ? 'NULL' : `CAST('${level}' AS DOUBLE)`
      const text = time.toISOString().slice(0, -1).replace('T', ' ')
      return `(TIMESTAMP '${text}', ${number}, ${site === null ? 'CAST(NULL AS VARCHAR)' : `'${site}'`})`
    })
    .join()
}

const exact = ['min', 'max', 'count', 'first', 'last'] as const
const close = ['avg', 'sum', 'stddev', 'twa', 'rate'] as const
const lengths: [WindowLength, string][] = [
  ['15m', 'UTC'],
  ['1h', 'Europe/Berlin'],
  ['8h', 'UTC'],
  ['6h', 'Europe/Berlin'],
  ['day', 'Europe/Berlin'],
  ['week', 'Europe/Berlin'],
  ['month', 'America/New_York'],
]

/** Expects the same rows; numbers that are sums in another order may differ by a billionth. */
function expectRows(found: readonly object[], expected: readonly object[], message?: string): void {
  const isClose = (one: unknown, other: unknown) =>
    typeof one === 'number' &&
    typeof other === 'number' &&
    Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(other))
  const alike = found.map((row, index) => {
    const other = expected[index] as Record<string, unknown> | undefined
    const entries = Object.entries(row).map(([name, value]: [string, unknown]) => {
      const isExact = exact.some((aggregate) => name.startsWith(aggregate))
      return [name, !isExact && isClose(value, other?.[name]) ? other?.[name] : value]
    })
    return Object.fromEntries(entries) as object
  })
  expect(alike, message).toEqual(expected)
}

describe('Trino and DuckDB return the same windows', () => {
  const fills: WindowFill[] = ['none', 'null', 'previous', 'linear']
  test.each(lengths.map(([every, zone], index) => [every, zone, fills[index % 4] as WindowFill] as const))(
    'every %s on the clock of %s, fill %s',
    async (every, zone, fill) => {
      const query = windows(gauge, {
        every,
        zone,
        fill,
        by: ['site'],
        select: { level: [...exact, ...close] },
      })
      const found = await rowsOf(duckDb, query)
      expect(found.length).toBeGreaterThan(4)
      expectRows(await rowsOf(trino, query), found)
    },
  )

  test('more windows than Trino lists at once are filled', async () => {
    const query = windows(gauge, { every: '1m', fill: 'null', where: isClean, select: { level: ['count'] } })
    const found = await rowsOf(duckDb, query)
    expect(found.length).toBeGreaterThan(100_000)
    expect(await rowsOf(trino, query)).toEqual(found)
  })

  test('percentiles of Trino are within 1 % of the readings in rank, those of DuckDB exact', async () => {
    const query = windows(gauge, {
      every: 'month',
      where: isClean,
      select: { level: ['p1', 'p50', 'p95', 'p99'] },
    })
    for (const [engine, most] of [
      [duckDb, 0],
      [trino, 0.01],
    ] as const) {
      for (const { start, ...found } of await rowsOf(engine, query)) {
        const month = clean.filter(({ time }) => time >= start && time.getUTCMonth() === start.getUTCMonth())
        const levels = month.map(({ level }) => level).sort((a, b) => a - b)
        for (const percent of [1, 50, 95, 99] as const) {
          const place = (percent / 100) * (levels.length - 1)
          const [low, high] = [
            Math.floor(place - most * levels.length),
            Math.ceil(place + most * levels.length),
          ]
          const value = found[`p${percent}_level`] as number
          expect(value).toBeGreaterThanOrEqual(levels[Math.max(low, 0)] as number)
          expect(value).toBeLessThanOrEqual(levels[Math.min(high, levels.length - 1)] as number)
        }
      }
    }
  })
})

test('pandas and polars find the same windows', { timeout: 300_000 }, async () => {
  const csv = join(folder, 'gauge.csv')
  const lines = clean.map(({ time, level, site }) => `${time.toISOString()},${level},${site}`)
  await writeFile(csv, `time,level,site\n${lines.join('\n')}\n`)
  const script = fileURLToPath(new URL('other-windows.py', import.meta.url))
  const { stdout } = await run(python, [script, csv], { maxBuffer: 1e9 })
  const answers = JSON.parse(stdout) as Record<string, Record<string, [number, string, ...number[]][]>>
  const order = ['count', 'min', 'max', 'first', 'last', 'avg', 'sum', 'stddev', 'p50', 'p95'] as const
  expect(Object.keys(answers)).toEqual(['pandas', 'polars'])
  for (const [reader, found] of Object.entries(answers)) {
    expect(Object.keys(found).length).toBeGreaterThan(4)
    for (const [key, theirs] of Object.entries(found)) {
      const [every, zone] = key.split(' ') as [WindowLength, string]
      const select = { level: order }
      const query = windows(gauge, { every, zone, by: ['site'], where: isClean, select })
      const ours = (await rowsOf(duckDb, query)).map(({ start, count_level, ...row }) => {
        return { ...row, start: start.toISOString(), count_level: Number(count_level) }
      })
      const others = theirs.map(([start, site, ...values]) => ({
        site,
        start: new Date(start).toISOString(),
        ...Object.fromEntries(order.map((name, index) => [`${name}_level`, values[index]])),
      }))
      expectRows(ours, others, `${reader} ${key}`)
    }
  }
})
