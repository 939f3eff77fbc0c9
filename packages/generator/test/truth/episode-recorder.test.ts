import type { HighLimitRule } from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AlarmEpisode } from '../../src/index.js'
import { Workbench } from '../../src/kernels/workbench.js'
import { episodeRecorder } from '../../src/truth/episode-recorder.js'

interface Reading {
  second: number
  value: number
}

const rule: HighLimitRule = { above: 150, deadband: 3, onDelaySeconds: 2, offDelaySeconds: 3 }

const workbench = new Workbench()

function found(readings: readonly Reading[], by: HighLimitRule, cut = readings.length): AlarmEpisode[] {
  const recorder = episodeRecorder(by, workbench)
  const timestamps = BigInt64Array.from(readings, ({ second }) => BigInt(Math.round(second * 1e6)))
  const values = Float64Array.from(readings, ({ value }) => value)
  for (let from = 0; from < readings.length; from += cut)
    recorder.add(timestamps, values, from, Math.min(from + cut, readings.length))
  return recorder.episodes()
}

const at = (second: number) => new Date(second * 1000).toISOString()

/** The rule in two plain steps: find all runs, then apply the effect of each. */
function naive(readings: readonly Reading[], by: HighLimitRule): AlarmEpisode[] {
  let condition = false
  const runs: { condition: boolean; readings: Reading[] }[] = []
  for (const reading of readings) {
    if (reading.value > by.above) condition = true
    else if (reading.value <= by.above - by.deadband) condition = false
    if (runs.at(-1)?.condition !== condition) runs.push({ condition, readings: [] })
    runs.at(-1)!.readings.push(reading)
  }
  const marks = runs.flatMap((run) => {
    const first = run.readings[0]!.second
    const lasted = run.readings.at(-1)!.second - first
    const delay = run.condition ? by.onDelaySeconds : by.offDelaySeconds
    return lasted >= delay ? [{ condition: run.condition, first }] : []
  })
  const changes = marks.filter((mark, i) => mark.condition !== (marks[i - 1]?.condition ?? false))
  return changes.flatMap(({ condition, first }, i) => {
    if (!condition) return []
    const end = changes[i + 1]?.first
    const within = readings.filter(
      ({ second, value }) => second >= first && second < (end ?? Infinity) && !Number.isNaN(value),
    )
    return [
      {
        start: at(first),
        end: end === undefined ? null : at(end),
        peak: Math.max(...within.map(({ value }) => value)),
      },
    ]
  })
}

const values = fc.constantFrom(140, 146.99, 147, 147.01, 149.99, 150, 150.01, 155, 160, NaN)
const randomReadings = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 3 }), values), { maxLength: 80 })
  .map((steps) => {
    let second = 0
    return steps.map(([gap, value]) => ({ second: (second += gap), value }))
  })
const rules = fc.record({
  above: fc.constant(150),
  deadband: fc.constantFrom(0, 3),
  onDelaySeconds: fc.constantFrom(0, 1, 2, 5),
  offDelaySeconds: fc.constantFrom(0, 1, 3, 8),
})

test('episodes equal those of a plain implementation, wherever batches are cut', () => {
  fc.assert(
    fc.property(randomReadings, rules, fc.integer({ min: 1, max: 90 }), (readings, by, cut) => {
      expect(found(readings, by, cut)).toEqual(naive(readings, by))
    }),
    { numRuns: 2000 },
  )
})

describe('by hand: on-delay 2 s, off-delay 3 s, deadband 3', () => {
  const each = (...series: number[]) => series.map((value, second) => ({ second, value }))

  test.each<[string, Reading[], [number, number | null, number][]]>([
    ['no readings', [], []],
    ['exactly at the limit', each(150, 150, 150, 150), []],
    ['too short', each(140, 151, 151, 140, 140, 140, 140), []],
    ['just long enough, and still active at the end', each(140, 151, 152, 151), [[1, null, 152]]],
    ['cleared after 3 s at exactly limit − deadband', each(151, 153, 151, 147, 147, 147, 147), [[0, 3, 153]]],
    [
      'a reading within the deadband ends nothing',
      each(151, 151, 151, 148, 148, 148, 148, 148, 148),
      [[0, null, 151]],
    ],
    [
      'a dip too short to clear the alarm, then a higher peak',
      each(151, 151, 151, 140, 140, 170, 140, 140, 140, 140),
      [[0, 6, 170]],
    ],
    ['NaN changes nothing', each(151, NaN, NaN, NaN), [[0, null, 151]]],
    ['only NaN readings raise no alarm', each(NaN, NaN, NaN, NaN), []],
    [
      'a gap changes nothing',
      [
        { second: 0, value: 151 },
        { second: 3600, value: 152 },
      ],
      [[0, null, 152]],
    ],
    [
      'two episodes',
      each(151, 151, 151, 140, 140, 140, 140, 155, 155, 155, 140, 140, 140, 140),
      [
        [0, 3, 151],
        [7, 10, 155],
      ],
    ],
    ['chatter', each(151, 140, 151, 140, 151, 140, 151, 140), []],
  ])('%s', (_, readings, expected) => {
    const episodes = expected.map(([start, end, peak]) => ({
      start: at(start),
      end: end === null ? null : at(end),
      peak,
    }))
    expect(found(readings, rule)).toEqual(episodes)
    expect(naive(readings, rule)).toEqual(episodes)
  })
})

test('without delays and deadband every run above the limit is an episode', () => {
  const bare = { above: 150, deadband: 0, onDelaySeconds: 0, offDelaySeconds: 0 }
  const readings = [149, 151, 150, 152, 153, 149].map((value, second) => ({ second, value }))
  expect(found(readings, bare)).toEqual([
    { start: at(1), end: at(2), peak: 151 },
    { start: at(3), end: at(5), peak: 153 },
  ])
})
