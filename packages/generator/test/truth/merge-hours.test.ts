import { pumpDaily } from '@minilake/schema'
import { expect, test } from 'vitest'
import { mergeHours, simulate } from '../../src/index.js'

const from = '2026-01-01'

test('adds up the hours of two pumps', () => {
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

test('merges an hour of NaN readings only with an hour that has numbers', () => {
  const hour = {
    hour: '2026-01-01T00:00:00.000Z',
    rows: 2,
    first: '2026-01-01T00:00:00.000Z',
    last: '2026-01-01T00:00:01.000Z',
    alarmRows: {},
  }
  const none = { ...hour, columns: { level: { count: 0, nan: 2, sum: 0, min: null, max: null } } }
  const some = { ...hour, columns: { level: { count: 1, nan: 1, sum: 5, min: 5, max: 5 } } }
  const level = (hours: ReturnType<typeof mergeHours>) => hours.map(({ columns }) => columns.level)
  expect(level(mergeHours([{ hours: [none] }, { hours: [some] }]))).toEqual([
    { count: 1, nan: 3, sum: 5, min: 5, max: 5 },
  ])
  expect(level(mergeHours([{ hours: [none] }, { hours: [none] }]))).toEqual([
    { count: 0, nan: 4, sum: 0, min: null, max: null },
  ])
})
