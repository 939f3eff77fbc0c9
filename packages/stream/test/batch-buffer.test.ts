import { expect, test } from 'vitest'
import { batchBuffer, type Message } from '../src/index.js'

const message = (offset: number, bytes: number): Message => ({
  offset: BigInt(offset),
  timestamp: 0,
  value: bytes === 0 ? null : new Uint8Array(bytes),
})

test('a batch is cut by its rows, its bytes, or the age of its first message', () => {
  let millis = 5000
  const buffer = () => batchBuffer({ rows: 3, bytes: 100, seconds: 2 }, () => millis)
  const byRows = buffer()
  expect(byRows.isDue()).toBe(false)
  for (const offset of [7, 8]) byRows.add(message(offset, 0))
  expect(byRows.isFull()).toBe(false)
  byRows.add(message(9, 0))
  expect(byRows.isFull()).toBe(true)
  expect(byRows.messages.map(({ offset }) => offset)).toEqual([7n, 8n, 9n])

  const byBytes = buffer()
  byBytes.add(message(1, 100))
  expect(byBytes.isFull()).toBe(true)

  const byAge = buffer()
  millis += 10_000 // an empty batch does not age
  expect(byAge.isDue()).toBe(false)
  byAge.add(message(1, 1))
  millis += 1999
  byAge.add(message(2, 1))
  expect(byAge.isDue()).toBe(false)
  millis += 1
  expect(byAge.isDue()).toBe(true)
})
