import { posix, win32 } from 'node:path'
import { expect, test } from 'vitest'
import { hasWindowsName, keyPath } from '../../src/folder/key-path.js'

const key = 'pump_daily/event_date=2026-01-01/pump-0007.parquet'

test('keyPath joins a key to the folder in the form of the platform', () => {
  expect(keyPath('lake/bucket', key, posix)).toBe(
    'lake/bucket/pump_daily/event_date=2026-01-01/pump-0007.parquet',
  )
  expect(keyPath('C:\\lake', key, win32)).toBe(
    'C:\\lake\\pump_daily\\event_date=2026-01-01\\pump-0007.parquet',
  )
})

test.each(['../other', 'pump/../../other', '/etc/passwd', 'pump//a', 'pump\\..\\..\\other', ''])(
  'keyPath refuses a key that could lead out of the folder, on every platform: %j',
  (bad) => {
    for (const path of [posix, win32]) expect(() => keyPath('lake', bad, path)).toThrow(RangeError)
  },
)

test.each(['a:b', 'pump/con', 'pump/NUL.parquet', 'a./b', 'a ', 'a?b', 'a\x01'])(
  'Windows reserves %j',
  (name) => {
    expect(hasWindowsName(name)).toBe(true)
  },
)

test.each(['pump/event_date=2026-01-01/a b.parquet', 'console', '.a', 'com', 'ü'])(
  'Windows stores %j',
  (name) => {
    expect(hasWindowsName(name)).toBe(false)
  },
)
