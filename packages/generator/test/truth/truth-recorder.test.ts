import { defineTable, pump } from '@minilake/schema'
import { describe, expect, test } from 'vitest'
import { planFiles, scenarios, simulate, simulateFile } from '../../src/index.js'
import { Workbench } from '../../src/kernels/workbench.js'
import { truthRecorder } from '../../src/truth/truth-recorder.js'
import { takeAll } from '../take-all.js'

const from = '2026-01-01'
const names = ['pressure', 'velocity', 'speed'] as const

describe('the truth of a day', () => {
  const [file] = simulate(pump, { from, days: 1 })
  const readings = takeAll([file!])
  const truth = file!.truth()

  test('has the counts of a naive pass over the rows', () => {
    expect(truth).toMatchObject({ version: 2, parameters: file!.parameters, rows: 86_400 })
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

  test('has sums equal to those of whole thousandths', () => {
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

  test('has the alarm rows of each hour and of the day', () => {
    const above = (start: number, end: number) =>
      readings.pressure.subarray(start, end).filter((value) => value > 150).length
    expect(above(0, 86_400)).toBeGreaterThan(100)
    expect(truth.alarms).toMatchObject({
      pressure: {
        above: 150,
        deadband: 3,
        onDelaySeconds: 15,
        offDelaySeconds: 15,
        rows: above(0, 86_400),
      },
    })
    expect(truth.hours.map(({ alarmRows }) => alarmRows)).toEqual(
      truth.hours.map((_, hour) => ({ pressure: above(hour * 3600, (hour + 1) * 3600) })),
    )
  })

  test('has one episode per blockage, with its highest reading', () => {
    const { episodes } = truth.alarms.pressure!
    expect(episodes).toHaveLength(truth.faults.length)
    for (const [i, { start, end, peak }] of episodes.entries()) {
      expect(start > truth.faults[i]!.start && start < truth.faults[i]!.end).toBe(true)
      const second = (time: string) => (Date.parse(time) - Date.parse(from)) / 1000
      expect(Math.max(...readings.pressure.subarray(second(start), second(end!)))).toBe(peak)
    }
  })

  test('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(truth))).toEqual(truth)
  })
})

test('truth() throws until all batches have been read', () => {
  const [parameters] = planFiles(pump, { from, days: 1 })
  const file = simulateFile({ ...parameters!, intervalSeconds: 0.5 })
  const sentence = 'truth of pump/2026-01-01.parquet expected all its batches to be read first'
  expect(() => file.truth()).toThrow(sentence)
  for (const batch of file.batches) {
    expect(batch.rowCount).toBeGreaterThan(0)
    break
  }
  expect(() => file.truth()).toThrow(sentence)
})

test('assigns rows to their hours, wherever batches are cut', () => {
  const [parameters] = planFiles(pump, { from, days: 1, intervalSeconds: 60 })
  const all = takeAll([simulateFile(parameters!) as never])
  const cutInto = (rows: number, inOrder: boolean) => {
    const recorder = truthRecorder(pump, parameters!, new Workbench())
    for (let start = 0; start < all.rowCount; start += rows) {
      const end = Math.min(start + rows, all.rowCount)
      const batch = {
        rowCount: end - start,
        columns: {
          event_timestamp: all.event_timestamp.subarray(start, end),
          pressure: all.pressure.subarray(start, end),
          velocity: all.velocity.subarray(start, end),
          speed: all.speed.subarray(start, end),
        },
      }
      recorder.add(batch, { inOrder })
      recorder.assess(batch, { from: 0, to: batch.rowCount })
    }
    return recorder.truth({ faults: [], delivery: { missing: 0, duplicates: 0 } })
  }
  const whole = cutInto(all.rowCount, true)
  expect(whole.hours).toHaveLength(24)
  for (const rows of [1, 7, 60, 61, 1000]) {
    expect(cutInto(rows, true)).toEqual(whole)
    expect(cutInto(rows, false)).toEqual(whole)
  }
})

test('NaN is not counted as a reading, a value equal to the limit is no alarm, and hours before 1970 work', () => {
  const gauge = defineTable({
    name: 'gauge',
    columns: { time: { type: 'timestamp' }, level: { type: 'double', highLimit: 150 } },
  })
  const [parameters] = planFiles(pump, { from, days: 1 })
  const recorder = truthRecorder(gauge, parameters!, new Workbench())
  const batch = {
    rowCount: 4,
    columns: {
      time: new BigInt64Array([-3_600_001_000n, -3_600_000_000n, -1000n, 0n]),
      level: new Float64Array([NaN, 150, 150.01, 151]),
    },
  }
  recorder.add(batch, { inOrder: true })
  recorder.assess(batch, { from: 0, to: 4 })
  const { hours, alarms, rows } = recorder.truth({ faults: [], delivery: { missing: 0, duplicates: 0 } })
  expect(rows).toBe(4)
  expect(alarms).toEqual({
    level: {
      above: 150,
      deadband: 0,
      onDelaySeconds: 0,
      offDelaySeconds: 0,
      rows: 2,
      episodes: [{ start: '1969-12-31T23:59:59.999Z', end: null, peak: 151 }],
    },
  })
  expect(hours.map(({ hour, rows, columns }) => ({ hour, rows, ...columns.level }))).toEqual([
    { hour: '1969-12-31T22:00:00.000Z', rows: 1, count: 0, nan: 1, sum: 0, min: null, max: null },
    { hour: '1969-12-31T23:00:00.000Z', rows: 2, count: 2, nan: 0, sum: 300.01, min: 150, max: 150.01 },
    { hour: '1970-01-01T00:00:00.000Z', rows: 1, count: 1, nan: 0, sum: 151, min: 151, max: 151 },
  ])
})

test('assigns rows in any order to their hours, and counts rows out of order', () => {
  const recorder = truthRecorder(pump, planFiles(pump, { from, days: 1 })[0]!, new Workbench())
  const minutes = [0, 59, 61, 60, 0, 62, 125, 65]
  const pressure = Float64Array.from(minutes, (minute) => 100 + minute)
  recorder.add(
    {
      rowCount: minutes.length,
      columns: {
        event_timestamp: BigInt64Array.from(minutes, (minute) => BigInt(minute) * 60_000_000n),
        pressure,
        velocity: pressure,
        speed: pressure,
      },
    },
    { inOrder: false },
  )
  const { hours, delivery } = recorder.truth({ faults: [], delivery: { missing: 3, duplicates: 1 } })
  expect(delivery).toEqual({ missing: 3, duplicates: 1, outOfOrder: 3, late: 3 })
  expect(
    hours.map(({ hour, rows, first, last, columns, alarmRows }) => [
      ...[hour, first, last].map((time) => time.slice(11, 16)),
      rows,
      columns.pressure,
      alarmRows.pressure,
    ]),
  ).toEqual([
    ['00:00', '00:00', '00:59', 3, { count: 3, nan: 0, sum: 359, min: 100, max: 159 }, 1],
    ['01:00', '01:00', '01:05', 4, { count: 4, nan: 0, sum: 648, min: 160, max: 165 }, 4],
    ['02:00', '02:05', '02:05', 1, { count: 1, nan: 0, sum: 225, min: 225, max: 225 }, 1],
  ])
})

test('the truth of scenario nightmare equals that of a naive pass over the rows, and survives JSON', () => {
  const [file] = simulate(pump, { from, days: 1, scenario: scenarios.nightmare })
  const readings = takeAll([file!])
  const truth = file!.truth()
  expect(JSON.parse(JSON.stringify(truth))).toEqual(truth)
  expect(truth.rows).toBe(readings.rowCount)
  expect(truth.alarms.pressure!.rows).toBe(readings.pressure.filter((value) => value > 150).length)
  for (const [number, hour] of truth.hours.entries()) {
    const rows = [...readings.event_timestamp.entries()]
      .filter(([, micros]) => Number(micros / 3_600_000_000n) % 24 === number)
      .map(([row]) => row)
    expect(hour.rows).toBe(rows.length)
    for (const name of names) {
      const values = rows.map((row) => readings[name][row]!)
      const numbers = values.filter((value) => !Number.isNaN(value))
      const { count, nan, min, max, sum } = hour.columns[name]!
      expect({ count, nan, min, max }).toEqual({
        count: numbers.length,
        nan: values.length - numbers.length,
        min: Math.min(...numbers),
        max: Math.max(...numbers),
      })
      expect(sum).toBeCloseTo(
        numbers.reduce((total, value) => total + value, 0),
        5,
      )
    }
  }
  expect(truth.hours.some(({ columns }) => columns.pressure!.nan > 0)).toBe(true)
  expect([...truth.faults].sort((a, b) => (a.start < b.start ? -1 : 1)).map(({ start }) => start)).toEqual(
    truth.faults.map(({ start }) => start),
  )
  expect(new Set(truth.faults.map(({ fault }) => fault)).size).toBe(8)
})

test('sums do not lose small readings next to a large one', () => {
  const [parameters] = planFiles(pump, { from, days: 1 })
  const recorder = truthRecorder(pump, parameters!, new Workbench())
  const rowCount = 1002
  const pressure = new Float64Array(rowCount).fill(1)
  pressure[0] = 1e17
  pressure[rowCount - 1] = -1e17
  const zeros = new Float64Array(rowCount)
  const columns = { event_timestamp: new BigInt64Array(rowCount), pressure, velocity: zeros, speed: zeros }
  recorder.add({ rowCount, columns }, { inOrder: true })
  const { hours } = recorder.truth({ faults: [], delivery: { missing: 0, duplicates: 0 } })
  expect(hours[0]!.columns.pressure!.sum).toBe(1000)
})
