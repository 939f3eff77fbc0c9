import { expect, test } from 'vitest'
import { maskCredentials } from '../../src/config/mask-credentials.js'

test.each([
  ['https://user:secret@host/', 'https://***@host/'],
  ['https://token@host:9000/bucket/', 'https://***@host:9000/bucket/'],
  ['s3://user:p@ss@bucket/', 's3://***@bucket/'],
  ['https://user:secret@host?a=b@c', 'https://***@host?a=b@c'],
  ['s3://bucket/a@b/', 's3://bucket/a@b/'],
  ['s3://iot-time-series/', 's3://iot-time-series/'],
  ['me@home/out', 'me@home/out'],
])('%s is shown as %s', (text, shown) => {
  expect(maskCredentials(text)).toBe(shown)
})
