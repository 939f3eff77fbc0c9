import { PassThrough, Readable } from 'node:stream'
import type { ResultRows } from '@minilake/analytics'
import { pumpDaily } from '@minilake/schema'
import { expect, test } from 'vitest'
import { printWindows, type PrintedWindows } from '../../src/print/print-windows.js'
import { terminalOn } from '../../src/print/terminal.js'

const select = { pressure: ['min', 'max', 'p50'] }

async function printed(rows: readonly Record<string, unknown>[], windows: Partial<PrintedWindows> = {}) {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
  const terminal = terminalOn(streams as never, { quiet: true, signal: new AbortController().signal })
  const result: ResultRows<Record<string, unknown>> = {
    columns: () =>
      Promise.resolve(Object.keys(rows[0] ?? {}).map((name) => ({ name, engineType: 'DOUBLE' }))),
    batches: () => Readable.from([]),
    [Symbol.asyncIterator]: () => Readable.from(rows)[Symbol.asyncIterator](),
  }
  const all = { table: pumpDaily, time: 'start', every: '1h', select, ...windows } as const
  await printWindows(result, all, { terminal, json: false }, {})
  return String(streams.stdout.read())
}

const row = (hour: number, value: number, more: Record<string, unknown> = {}) => ({
  start: new Date(Date.UTC(2026, 0, 1, hour)),
  ...more,
  min_pressure: value - 9,
  max_pressure: value + 9,
  p50_pressure: value,
})

test('the first aggregate other than min and max is a line, shaded between them', async () => {
  const text = await printed([row(0, 100), row(1, 120)])
  expect(text).toContain('p50_pressure by hour, UTC: discharge pressure, kPa gauge')
  expect(text).toContain('░ from least to greatest reading')
  expect(text).toContain('highLimit 150')
})

test('limits and the unit are drawn for values of the column only', async () => {
  const aggregates = ['count', 'rate', 'sum', 'stddev', 'last']
  const rows = [0, 1].map((hour) => ({
    start: new Date(Date.UTC(2026, 0, 1, hour)),
    ...Object.fromEntries(aggregates.map((name) => [`${name}_pressure`, 140 + hour])),
  }))
  const drawn = async (name: string) => printed(rows, { select: { pressure: [name] } })
  expect(await drawn('count')).toContain('count_pressure by hour, UTC: number of values\n')
  expect(await drawn('rate')).toContain('UTC: discharge pressure, kPa gauge, per second\n')
  for (const name of ['count', 'rate', 'sum', 'stddev']) expect(await drawn(name)).not.toContain('highLimit')
  expect(await drawn('last')).toContain('highLimit 150 is above the chart')
})

test('alarms of the definition are limits too', async () => {
  const pressure = { type: 'double', alarms: [{ below: 90, name: 'dry' }, { above: 125 }] } as const
  const columns = { start: { type: 'timestamp' }, pressure } as const
  const text = await printed([row(0, 100), row(1, 120)], { table: { name: 'fleet', columns } })
  expect(text).toMatch(/╌ dry 90;?\s╌ pressure_high 125/)
})

test('sources are marks of their own, with all their windows; of the seventh on they are only counted', async () => {
  const rows = [0, 1, 2].flatMap((hour) =>
    Array.from({ length: 9 }, (_, pump) => row(hour, pump * 10, { pump_id: `p${pump}` })),
  )
  const text = await printed(rows, { by: ['pump_id'] })
  expect(text).toContain('● p0; ○ p1; ▲ p2; △ p3; ■ p4; □ p5')
  expect(text).toContain('the first 6 of 9 series that have values')
  expect(text).toContain('●'.repeat(24)) // 8 columns an hour
})

test('calendar windows end where the next one begins, so that months leave no gap', async () => {
  const months = Array.from({ length: 12 }, (_, month) => ({
    ...row(0, 100),
    start: new Date(Date.UTC(2026, month)),
  }))
  const text = await printed(months, { every: 'month', select: { pressure: ['p50'] }, zone: 'Asia/Tokyo' })
  expect(text).toContain('p50_pressure by month, Asia/Tokyo (times in UTC)')
  expect(text).toMatch(/┤─{60,}\n/)
})
