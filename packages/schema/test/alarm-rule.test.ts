import { expect, it } from 'vitest'
import { alarmRuleOf, pump } from '../src/index.js'

it('takes the rule from the column, with 0 for a deadband or delay that is not given', () => {
  expect(alarmRuleOf(pump.columns.pressure)).toEqual({
    above: 150,
    deadband: 3,
    onDelaySeconds: 15,
    offDelaySeconds: 15,
  })
  expect(alarmRuleOf({ type: 'double', highLimit: 7 })).toEqual({
    above: 7,
    deadband: 0,
    onDelaySeconds: 0,
    offDelaySeconds: 0,
  })
  expect(alarmRuleOf(pump.columns.speed)).toBeUndefined()
})
