import { expect, test } from 'vitest'
import { truthKey, truthSubject } from '../../src/index.js'

test('the keys of a data file and of its truth lead to each other', () => {
  const daily = 'pump_daily/event_date=2026-01-01/pump-0001.parquet'
  expect(truthKey('pump/2026-01-01.parquet')).toBe('_truth/pump/2026-01-01.json')
  expect(truthKey(daily)).toBe('_truth/pump_daily/event_date=2026-01-01/pump-0001.json')
  for (const key of ['pump/2026-01-01.parquet', daily]) expect(truthSubject(truthKey(key))).toBe(key)
})
