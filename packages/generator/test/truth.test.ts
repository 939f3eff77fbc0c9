import { defineTable, pump, pumpDaily } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import { mergeHours, planFiles, simulate, simulateFile, truthKey, truthSubject } from '../src/index.js'
import { truthRecorder } from '../src/truth.js'
import { takeAll } from './take-all.js'

const from = '2026-01-01'
const names = ['pressure', 'velocity', 'speed'] as const

describe('the truth of a day', () => {
  const [file] = simulate(pump, { from, days: 1 })
  const readings = takeAll([file!])
  const truth = file!.truth()

  test('counts what a naive look at the rows counts', () => {
    expect(truth).toMatchObject({ version: 1, parameters: file!.parameters, rows: 86_400 })
    expect(truth.hours).toHaveLength(24)
    for (const [index, hour] of truth.hours.entries()) {
      expect(hour.hour).toBe(`2026-01-01T${String(index).padStart(2, '0')}:00:00.000Z`)
      expect(hour.first).toBe(hour.hour)
      expect(hour.last).toBe(hour.hour.replace('00:00.000Z', '59:59.000Z'))
      expect(hour.rows).toBe(3600)
      for (const name of names) {
        const values = readings[name].subarray(index * 3600, (index + 1) * 3600)
        expect(hour.columns[name]).toMatchObject({
          count: 3600,
          min: Math.min(...values),
          max: Math.max(...values),
        })
      }
    }
  })

  test('sums exactly: the readings are thousandths, so their sum in whole numbers is known', () => {
    for (const [index, hour] of truth.hours.entries()) {
      for (const name of names) {
        let thousandths = 0n
        for (const value of readings[name].subarray(index * 3600, (index + 1) * 3600)) {
          thousandths += BigInt(Math.round(value * 1000))
        }
        const exact = Number(thousandths) / 1000
        expect(Math.abs(hour.columns[name]!.sum - exact)).toBeLessThanOrEqual(1e-12 * exact)
      }
    }
  })

  test('counts the alarm rows of each hour and of the day', () => {
    const above = (start: number, end: number) =>
      readings.pressure.subarray(start, end).filter((value) => value > 150).length
    expect(truth.alarmRows).toEqual({ pressure: { above: 150, rows: above(0, 86_400) } })
    expect(truth.hours.map(({ alarmRows }) => alarmRows)).toEqual(
      truth.hours.map((_, hour) => ({ pressure: above(hour * 3600, (hour + 1) * 3600) })),
    )
  })

  test('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(truth))).toEqual(truth)
  })
})

test('the truth before the batches have been taken to the end throws', () => {
  const [parameters] = planFiles(pump, { from, days: 1 })
  const file = simulateFile({ ...parameters!, intervalSeconds: 0.5 })
  const sentence = 'truth of pump/2026-01-01.parquet expected its batches to be taken first'
  expect(() => file.truth()).toThrow(sentence)
  for (const batch of file.batches) {
    expect(batch.rowCount).toBeGreaterThan(0)
    break
  }
  expect(() => file.truth()).toThrow(sentence)
})

test('hours that share a batch or lie in several are told apart, wherever the cuts are', () => {
  const [parameters] = planFiles(pump, { from, days: 1, intervalSeconds: 60 })
  const all = takeAll([simulateFile(parameters!) as never])
  const cutInto = (rows: number) => {
    const recorder = truthRecorder(pump, parameters!)
    for (let start = 0; start < all.rowCount; start += rows) {
      const end = Math.min(start + rows, all.rowCount)
      const columns = {
        event_timestamp: all.event_timestamp.subarray(start, end),
        pressure: all.pressure.subarray(start, end),
        velocity: all.velocity.subarray(start, end),
        speed: all.speed.subarray(start, end),
      }
      recorder.add({ rowCount: end - start, columns })
    }
    return recorder.truth()
  }
  const whole = cutInto(all.rowCount)
  expect(whole.hours).toHaveLength(24)
  for (const rows of [1, 7, 60, 61, 1000]) expect(cutInto(rows)).toEqual(whole)
})

test('NaN is no reading, exactly the limit is no alarm, and hours before 1970 are hours too', () => {
  const gauge = defineTable({
    name: 'gauge',
    columns: { time: { type: 'timestamp' }, level: { type: 'double', highLimit: 150 } },
  })
  const [parameters] = planFiles(pump, { from, days: 1 })
  const recorder = truthRecorder(gauge, parameters!)
  recorder.add({
    rowCount: 4,
    columns: {
      time: new BigInt64Array([-3_600_001_000n, -3_600_000_000n, -1000n, 0n]),
      level: new Float64Array([NaN, 150, 150.01, 151]),
    },
  })
  const { hours, alarmRows, rows } = recorder.truth()
  expect(rows).toBe(4)
  expect(alarmRows).toEqual({ level: { above: 150, rows: 2 } })
  expect(hours.map(({ hour, rows, columns }) => ({ hour, rows, ...columns.level }))).toEqual([
    { hour: '1969-12-31T22:00:00.000Z', rows: 1, count: 0, sum: 0, min: Infinity, max: -Infinity },
    { hour: '1969-12-31T23:00:00.000Z', rows: 2, count: 2, sum: 300.01, min: 150, max: 150.01 },
    { hour: '1970-01-01T00:00:00.000Z', rows: 1, count: 1, sum: 151, min: 151, max: 151 },
  ])
})

test('sums keep the small readings beside a large one', () => {
  const [parameters] = planFiles(pump, { from, days: 1 })
  const recorder = truthRecorder(pump, parameters!)
  const rowCount = 1002
  const pressure = new Float64Array(rowCount).fill(1)
  pressure[0] = 1e17
  pressure[rowCount - 1] = -1e17
  const zeros = new Float64Array(rowCount)
  recorder.add({
    rowCount,
    columns: { event_timestamp: new BigInt64Array(rowCount), pressure, velocity: zeros, speed: zeros },
  })
  expect(recorder.truth().hours[0]!.columns.pressure!.sum).toBe(1000)
})

test('the hours of two pumps add up', () => {
  const files = [...simulate(pumpDaily, { from, days: 2, pumps: 2, intervalSeconds: 60 })]
  const rows = files.map(({ batches }) => [...batches])
  const truths = files.map((file) => file.truth())
  const merged = mergeHours(truths)
  expect(merged).toHaveLength(48)
  const firstHour = [0, 1].flatMap((index) => [...rows[index]![0]!.columns.speed.subarray(0, 60)])
  expect(merged[0]).toMatchObject({ hour: '2026-01-01T00:00:00.000Z', rows: 120 })
  expect(merged[0]!.columns.speed).toMatchObject({
    count: 120,
    min: Math.min(...firstHour),
    max: Math.max(...firstHour),
  })
  expect(merged[0]!.columns.speed!.sum).toBeCloseTo(
    firstHour.reduce((sum, value) => sum + value, 0),
    6,
  )
  const alarms = (hours: typeof merged) => hours.reduce((sum, hour) => sum + hour.alarmRows.pressure!, 0)
  expect(alarms(merged)).toBe(truths.reduce((sum, { hours }) => sum + alarms(hours), 0))
  expect(alarms(merged)).toBeGreaterThan(0)
  expect(mergeHours([...truths].reverse()).map(({ hour }) => hour)).toEqual(merged.map(({ hour }) => hour))
  expect(mergeHours([])).toEqual([])
})

test('the keys of a data file and of its truth lead to each other', () => {
  const daily = 'pump_daily/event_date=2026-01-01/pump-0001.parquet'
  expect(truthKey('pump/2026-01-01.parquet')).toBe('_truth/pump/2026-01-01.json')
  expect(truthKey(daily)).toBe('_truth/pump_daily/event_date=2026-01-01/pump-0001.json')
  for (const key of ['pump/2026-01-01.parquet', daily]) expect(truthSubject(truthKey(key))).toBe(key)
})
