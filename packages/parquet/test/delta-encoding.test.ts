import fc from 'fast-check'
import { ByteWriter } from 'hyparquet-writer'
import { deltaBinaryPack as packedByLibrary } from 'hyparquet-writer/src/delta.js'
import { expect, test } from 'vitest'
import { deltaBinaryPack, deltaCapacity } from '../src/delta-encoding.js'

function encode(values: BigInt64Array) {
  const bytes = new Uint8Array(deltaCapacity(values.length)).fill(0xff)
  const packed = deltaBinaryPack(values, bytes)
  return packed && { ...packed, bytes: bytes.subarray(0, packed.byteLength) }
}

function expectSame(values: BigInt64Array): void {
  const found = encode(values)
  const writer = new ByteWriter()
  packedByLibrary(writer, values, 'INT64')
  expect(found?.bytes).toEqual(writer.getBytes())
  const sorted = [...values].sort((a, b) => (a < b ? -1 : 1))
  const first = values[0] as bigint
  expect([first + BigInt(found!.least), first + BigInt(found!.greatest)]).toEqual([sorted[0], sorted.at(-1)])
}

const start = 1_767_225_600_000_000n

test('regular readings take a few bytes a block', () => {
  const values = BigInt64Array.from({ length: 20_000 }, (_, row) => start + BigInt(row) * 1_000_000n)
  expectSame(values)
  expect(encode(values)!.byteLength).toBeLessThan(0.06 * 20_000)
})

test('the bytes are those of hyparquet-writer: any start, steps of either sign, and blocks that end anywhere', () => {
  const steps = fc.oneof(
    fc.constantFrom(0n, 1n, -1n, 1_000_000n, 2n ** 30n, -(2n ** 30n)),
    fc.bigInt({ min: -(2n ** 29n), max: 2n ** 29n }),
  )
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
      fc.array(steps, { maxLength: 300 }),
      fc.constantFrom(1, 130),
      (first, all, times) => {
        const values = [first]
        for (const step of all) for (let i = 0; i < times; i++) values.push((values.at(-1) as bigint) + step)
        const spread = (array: bigint[]) =>
          array.reduce((a, b) => (a > b ? a : b), 0n) - array.reduce((a, b) => (a < b ? a : b), 0n)
        fc.pre(spread(all) < 2n ** 31n)
        expectSame(BigInt64Array.from(values))
      },
    ),
    { numRuns: 200 },
  )
})

test('times that cross a 32-bit boundary, and the year 1970', () => {
  for (const first of [2n ** 32n - 5n, -5n, -(2n ** 32n) - 5n, 0n]) {
    expectSame(BigInt64Array.from({ length: 300 }, (_, row) => first + BigInt(row)))
    expectSame(BigInt64Array.from({ length: 300 }, (_, row) => first - BigInt(row * row)))
  }
})

test.each<[string, bigint[]]>([
  ['neighbours that are the whole range apart', [-(2n ** 63n), 2n ** 63n - 1n]],
  ['a step beyond 2^52', [0n, 2n ** 52n]],
  ['deltas that spread over 2^31', [0n, 2n ** 31n, 0n]],
  ['many steps that lead far away', Array.from({ length: 300 }, (_, row) => BigInt(row) * 2n ** 51n)],
])('%s are left to the library', (_, values) => {
  expect(encode(BigInt64Array.from(values))).toBeUndefined()
})

test('no bytes are written beyond the capacity, however wide the deltas', () => {
  const values = BigInt64Array.from({ length: 1000 }, (_, row) => BigInt(row % 2) * (2n ** 30n - 1n))
  expectSame(values)
  expect(encode(values)!.byteLength).toBeLessThanOrEqual(deltaCapacity(1000))
})

test('steps that look alike in their low 32 bits are told apart', () => {
  const steps = fc.constantFrom(
    1n,
    -1n,
    2n ** 32n - 1n,
    1n - 2n ** 32n,
    2n ** 32n,
    -(2n ** 32n),
    2n ** 32n + 1n,
  )
  fc.assert(
    fc.property(fc.constantFrom(0n, 5n * 2n ** 32n), fc.array(steps, { maxLength: 6 }), (first, all) => {
      const values = [first]
      for (const step of all) values.push((values.at(-1) as bigint) + step)
      if (encode(BigInt64Array.from(values)) !== undefined) expectSame(BigInt64Array.from(values))
      else expect(new Set(all).size).toBeGreaterThan(1)
    }),
    { numRuns: 1000 },
  )
})
