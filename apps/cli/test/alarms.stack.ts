import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineTable } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Minilake } from './run-minilake.js'
import { emptyLake, stackFolder } from './stack-folder.js'

const stack = inject('stack')
let folder: string
let minilake: Minilake
beforeAll(async () => {
  await emptyLake(stack)
  ;({ folder, minilake } = await stackFolder(stack))
  await writeFile(join(folder, 'minilake.config.json'), JSON.stringify({ tables: [plain, iceberg] }))
  await writeFile(join(folder, 'first.csv'), csv(0, 400))
  await writeFile(join(folder, 'second.csv'), csv(400, 800))
  expect(await minilake('catalog')).toMatchObject({ code: 0 })
}, 120_000)
afterAll(async () => {
  await emptyLake(stack)
  await rm(folder, { recursive: true, force: true })
}, 120_000)

const plain = defineTable({
  name: 'fleet',
  columns: {
    event_timestamp: { type: 'timestamp' },
    pump_id: { type: 'varchar', nullable: true },
    pressure: {
      type: 'double',
      nullable: true,
      highLimit: 150,
      deadband: 3,
      onDelaySeconds: 60,
      alarms: [
        { above: 180, name: 'trip', severity: 'critical' },
        { below: 100, deadband: 1, offDelaySeconds: 300, severity: 'high' },
      ],
    },
  },
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
})
const iceberg = defineTable({ ...plain, name: 'fleet_iceberg', format: 'iceberg' })

/** Readings of three pumps, one of them without a name, each 7 minutes: waves around 140 kPa with gaps and NaN, over midnights. */
function csv(from: number, to: number): string {
  const lines = ['event_timestamp,pump_id,pressure']
  for (let index = from; index < to; index++) {
    for (const [pump, name] of ['p1', 'p2', ''].entries()) {
      if (index % 17 === pump) continue
      const wave = 140 + 50 * Math.sin(index / (3 + pump)) + (index % 5)
      const pressure = index % 23 === 0 ? 'NaN' : index % 29 === 0 ? '' : index % 31 === 0 ? '150' : wave
      lines.push(`${new Date(Date.UTC(2026, 0, 1) + index * 420_000).toISOString()},${name},${pressure}`)
    }
  }
  return `${lines.join('\n')}\n`
}

const questions = [
  ['alarms'],
  ['alarms', '--rows'],
  ['alarms', 'kpi', '--limits', 'perDay=20'],
  ['alarms', '--rules', 'trip,pressure_low', '--from', '2026-01-02', '--to', '2026-01-03'],
  ['alarms', '--column', 'pressure', '--below', '95.5', '--on-delay', '7m', '--by', 'pump_id'],
]

test(
  'alarms, their rows and their KPIs are the same on Trino, of a Hive and of an Iceberg table, and on DuckDB',
  { timeout: 1_200_000 },
  async () => {
    const answer = async (args: string[], ...more: string[]) => {
      const { code, stdout, stderr } = await minilake(...args, '--format', 'csv', ...more)
      expect([code, stderr]).toEqual([0, expect.not.stringContaining('has no file')])
      return stdout
    }
    const answersOf = async (...more: string[]) => {
      const answers: string[] = []
      for (const question of questions) answers.push(await answer(question, ...more))
      return answers
    }
    const embedded = ['--table', 'fleet', '--profile', 'embedded']
    const importOf = async (file: string, ...more: string[]) =>
      expect(await minilake('import', file, ...more)).toMatchObject({ code: 0 })

    await importOf('first.csv', ...embedded)
    const before = await answer(['alarms'], ...embedded)
    await importOf('second.csv', ...embedded)
    const expected = await answersOf(...embedded)
    expect(expected.every((text) => text.split('\n').length > 10)).toBe(true)
    expect(expected[0]).toMatch(/^,trip,critical,/m) // the pump without a name
    expect(expected[0]).not.toBe(before)

    for (const file of ['first.csv', 'second.csv']) await importOf(file, '--table', 'fleet')
    expect(await answersOf('--table', 'fleet')).toEqual(expected)

    const ofIceberg = ['--table', 'fleet_iceberg']
    await importOf('first.csv', ...ofIceberg)
    const { stdout } = await minilake('snapshots', ...ofIceberg, '--json')
    const [{ id }] = JSON.parse(stdout) as [{ id: string }]
    await importOf('second.csv', ...ofIceberg)
    expect(await answersOf(...ofIceberg)).toEqual(expected)
    expect(await answer(['alarms'], ...ofIceberg, '--snapshot', id)).toBe(before)
  },
)
