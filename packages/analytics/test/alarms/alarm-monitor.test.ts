import { alarmRulesOf, defineTable, pump } from '@minilake/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alarmMonitor, type AlarmMonitorState, alarmRule } from '../../src/index.js'
import { expectedEpisodes, streamedEpisodes, tankReadings, tankRules } from '../queries/episode-readings.js'

const start = Date.parse('2026-01-01T00:00:00Z')
const at = (seconds: number) => new Date(start + seconds * 1000)

test('finds the episodes that the letter of the rules says, in any readings, also when continued from its state', () => {
  let episodes = 0
  fc.assert(
    fc.property(tankReadings(['a', null]), tankRules, fc.boolean(), (readings, rules, eachDay) => {
      const expected = expectedEpisodes(readings, rules, { eachDay })
      expect(streamedEpisodes(readings, rules, { eachDay })).toEqual(expected)
      episodes += expected.length
    }),
    { numRuns: 1000 },
  )
  expect(episodes).toBeGreaterThan(1000)
})

describe('alarmMonitor', () => {
  const rules = [alarmRule(pump, { onDelaySeconds: 2, offDelaySeconds: 1 })]

  test('reports an alarm once it is raised, and again once it has ended', () => {
    const monitor = alarmMonitor(pump, { rules })
    const levels = [100, 151, 160, 155, 155, 140, 140, 140]
    const events = levels.map((pressure, index) => monitor.add({ event_timestamp: at(index), pressure }))
    const episode = {
      rule: 'pressure_high',
      severity: 'low',
      start: at(1),
      end: null,
      seconds: null,
      peak: 160,
    }
    expect(events.slice(0, 4)).toEqual([[], [], [], []])
    // Raised by the reading of second 3, which a later reading settles.
    expect(events[4]).toEqual([{ type: 'opened', episode: { ...episode, rows: 3n } }])
    expect(events[7]).toEqual([
      { type: 'cleared', episode: { ...episode, end: at(5), seconds: 4, rows: 4n } },
    ])
    expect(monitor.open()).toEqual([])
  })

  test('settles the newest moment without a later reading', () => {
    const monitor = alarmMonitor(pump, { rules: [alarmRule(pump, { onDelaySeconds: 0 })] })
    expect(monitor.add({ event_timestamp: at(0), pressure: 151 })).toEqual([])
    expect(monitor.settle()).toMatchObject([{ type: 'opened', episode: { peak: 151, rows: 1n } }])
    expect(monitor.settle()).toEqual([])
    expect(monitor.open()).toMatchObject([{ start: at(0), peak: 151 }])
  })

  test('leaves out and counts readings that come too late', () => {
    const monitor = alarmMonitor(pump, { rules: [alarmRule(pump, { onDelaySeconds: 0 })] })
    monitor.add({ event_timestamp: at(1), pressure: 100 })
    monitor.add({ event_timestamp: at(0), pressure: 200 })
    monitor.settle()
    monitor.add({ event_timestamp: at(1), pressure: 200 })
    expect(monitor.late).toBe(2)
    expect(alarmMonitor(pump, { rules: monitor.state().rules, state: monitor.state() }).late).toBe(2)
    expect(monitor.add({ event_timestamp: at(2), pressure: 100 })).toEqual([])
  })

  test('has a state of the same size after any number of readings, also within one moment', () => {
    const monitor = alarmMonitor(pump)
    const sizes = new Set<number>()
    for (let index = 0; index < 20_000; index++) {
      monitor.add({ event_timestamp: at(Math.floor(index / 7)), pressure: 100 + (index % 90) })
      if (index > 10_000 && index % 1000 === 0)
        sizes.add(Math.round(JSON.stringify(monitor.state()).length / 32))
    }
    expect(sizes.size).toBe(1)
  })

  test('reads REAL in its precision and BIGINT as the nearest number, as SQL does', () => {
    const meter = defineTable({
      name: 'meter',
      columns: {
        time: { type: 'timestamp' },
        load: { type: 'real', alarms: [{ above: 0.1 }] },
        count: { type: 'bigint', alarms: [{ below: 3, severity: 'critical' }] },
      },
    })
    const monitor = alarmMonitor(meter)
    monitor.add({ time: at(0), load: 0.1, count: 2n })
    expect(monitor.settle().map(({ episode }) => [episode.rule, episode.severity, episode.peak])).toEqual([
      ['load_high', 'low', Math.fround(0.1)],
      ['count_low', 'critical', 2],
    ])
  })

  test('refuses a state of other rules, and readings that are not of the table', () => {
    const fresh = alarmMonitor(pump)
    const stored = JSON.parse(JSON.stringify(fresh.state())) as AlarmMonitorState
    expect(() =>
      alarmMonitor(pump, { rules: [{ ...alarmRulesOf(pump)[0]!, limit: 140 }], state: stored }),
    ).toThrow(
      new RangeError(
        'alarm monitor of table pump expected a state of its own rules (pressure_high above 140), got one of other rules (pressure_high above 150): leave the state out to start anew',
      ),
    )
    const monitor = alarmMonitor(pump)
    expect(() => monitor.add({ event_timestamp: '2026-01-01', pressure: 1 })).toThrow(
      new TypeError("reading of table pump: event_timestamp expected a Date, got '2026-01-01'"),
    )
    expect(() => monitor.add({ event_timestamp: at(0), pressure: '151' })).toThrow(
      new TypeError("reading of table pump: pressure expected a number, a bigint or null, got '151'"),
    )
  })
})
