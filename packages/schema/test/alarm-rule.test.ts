import { describe, expect, it, test } from 'vitest'
import {
  type AlarmDefinition,
  alarmEndLimit,
  alarmRulesOf,
  type Column,
  defineTable,
  highLimitRuleOf,
  pump,
} from '../src/index.js'

it('takes the rule from the column, with 0 for a deadband or delay that is not given', () => {
  expect(highLimitRuleOf(pump.columns.pressure)).toEqual({
    above: 150,
    deadband: 3,
    onDelaySeconds: 15,
    offDelaySeconds: 15,
  })
  expect(highLimitRuleOf({ type: 'double', highLimit: 7 })).toEqual({
    above: 7,
    deadband: 0,
    onDelaySeconds: 0,
    offDelaySeconds: 0,
  })
  expect(highLimitRuleOf(pump.columns.speed)).toBeUndefined()
})

const noDelays = { deadband: 0, onDelaySeconds: 0, offDelaySeconds: 0 }

function boiler(heat: Partial<Column>) {
  return defineTable({
    name: 'boiler',
    columns: { time: { type: 'timestamp' }, heat: { type: 'double', ...heat } },
  })
}

describe('alarmRulesOf', () => {
  test('gives the rules of every column, highLimit first, with names by column and side', () => {
    const table = boiler({
      highLimit: 90,
      deadband: 2,
      alarms: [
        { name: 'boiling', severity: 'critical', above: 99, onDelaySeconds: 1.5 },
        { below: 20, deadband: 1, offDelaySeconds: 60, severity: 'medium' },
      ],
    })
    const rules = alarmRulesOf(table)
    expect(rules).toEqual([
      {
        ...noDelays,
        name: 'heat_high',
        severity: 'low',
        column: 'heat',
        side: 'above',
        limit: 90,
        deadband: 2,
      },
      {
        ...noDelays,
        name: 'boiling',
        severity: 'critical',
        column: 'heat',
        side: 'above',
        limit: 99,
        onDelaySeconds: 1.5,
      },
      {
        ...noDelays,
        name: 'heat_low',
        severity: 'medium',
        column: 'heat',
        side: 'below',
        limit: 20,
        deadband: 1,
        offDelaySeconds: 60,
      },
    ])
    expect(rules.map(alarmEndLimit)).toEqual([88, 99, 21])
    expect(alarmRulesOf({ columns: { heat: { type: 'double' } } })).toEqual([])
  })
})

describe('defineTable refuses', () => {
  const range = [0, 120] as const
  test.each<[string, Partial<Column>, string]>([
    [
      'two rules of one name',
      { highLimit: 90, alarms: [{ above: 99 }] },
      'alarms expected different names, got heat_high twice: set name',
    ],
    [
      'a deadband larger than the range',
      { range, alarms: [{ above: 90, deadband: 91 }] },
      "alarm heat_high: deadband expected at most 90, so that the alarm can end in the column's range of 0 to 120, got 91",
    ],
    [
      'a deadband of a low alarm larger than the range',
      { range, alarms: [{ below: 20, deadband: 101 }] },
      "alarm heat_low: deadband expected at most 100, so that the alarm can end in the column's range of 0 to 120, got 101",
    ],
    [
      'a limit that nothing in the range is above',
      { range, highLimit: 120 },
      "alarm heat_high: above expected a limit inside the column's range of 0 to 120, got 120",
    ],
    [
      'a deadband larger than the band between two limits',
      { alarms: [{ above: 90, deadband: 71 }, { below: 20 }] },
      'alarm heat_high: deadband expected at most 70, the band between heat_high and heat_low, got 71',
    ],
    [
      'limits without a band between them',
      { alarms: [{ above: 20 }, { below: 20 }] },
      'alarms heat_high and heat_low expected a band without alarm between their limits, got above 20 and below 20',
    ],
    [
      'a negative delay',
      { alarms: [{ above: 20, offDelaySeconds: -1 }] },
      'alarm heat_high: offDelaySeconds expected seconds from 0 to 2147483647, got -1',
    ],
    [
      'a limit that is not finite',
      { alarms: [{ above: Infinity }] },
      'alarm heat_high: above expected a finite number, got Infinity',
    ],
    [
      'an unknown severity',
      { alarms: [{ above: 20, severity: 'huge' as 'high' }] },
      'alarm heat_high: severity expected low, medium, high, critical, got huge',
    ],
  ])('%s', (_, heat, sentence) => {
    expect(() => boiler(heat)).toThrow(new RangeError(`table boiler: ${sentence}`))
  })

  test.each<[string, Partial<Column>, string]>([
    [
      'a rule with both sides',
      { alarms: [{ above: 1, below: 0 } as unknown as AlarmDefinition] },
      'alarms of heat expected either above or below in each, got both',
    ],
    [
      'a rule without a limit',
      { alarms: [{ name: 'hot' } as unknown as AlarmDefinition] },
      'alarms of heat expected either above or below in each, got none',
    ],
    [
      'rules that are no array',
      { alarms: { above: 1 } as unknown as AlarmDefinition[] },
      'alarms expected an array of rules on a numeric column, got an object on heat (double)',
    ],
    [
      'rules of a text',
      { type: 'varchar', alarms: [{ above: 1 }] },
      'alarms expected an array of rules on a numeric column, got an array on heat (varchar)',
    ],
    [
      'a range that is empty',
      { range: [5, 5] },
      'range expected a least and a greater number on a numeric column, got [5,5] on heat (double)',
    ],
  ])('%s', (_, heat, sentence) => {
    expect(() => boiler(heat)).toThrow(new TypeError(`table boiler: ${sentence}`))
  })
})
