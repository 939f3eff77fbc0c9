import { expect, test } from 'vitest'
import { truthKey, truthSubject } from '../../src/index.js'

test('truthSubject is the inverse of truthKey', () => {
  const daily = 'pump_daily/event_date=2026-01-01/pump-0001.parquet'
  expect(truthKey('pump/2026-01-01.parquet')).toBe('_truth/pump/2026-01-01.json')
  expect(truthKey(daily)).toBe('_truth/pump_daily/event_date=2026-01-01/pump-0001.json')
  for (const key of ['pump/2026-01-01.parquet', daily]) expect(truthSubject(truthKey(key))).toBe(key)
})
