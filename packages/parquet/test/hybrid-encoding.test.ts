import fc from 'fast-check'
import { ByteWriter } from 'hyparquet-writer'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import { expect, test } from 'vitest'
import { hybridCapacity, hybridDecode, hybridEncode } from '../src/hybrid-encoding.js'

function encode(values: Uint32Array, width: number): Uint8Array {
  const bytes = new Uint8Array(1 + hybridCapacity(values.length, width)).fill(0xff)
  return bytes.subarray(1, hybridEncode(values, values.length, width, bytes, 1))
}

test('a run is a count and a value, all else is groups of eight', () => {
  expect([...encode(new Uint32Array(100).fill(5), 3)]).toEqual([0b1100_1000, 0b1, 5])
  expect([...encode(Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7), 3)]).toEqual([
    0b11, 0b10001000, 0b11000110, 0b11111010,
  ])
  expect([...encode(new Uint32Array(9), 0)]).toEqual([18])
  expect([...encode(new Uint32Array(0), 3)]).toEqual([])
})

const run = fc.tuple(fc.nat(2 ** 20), fc.integer({ min: 1, max: 20 }))

test('the bytes are those of hyparquet-writer, whatever the runs', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(run, { maxLength: 60 }), (width, runs) => {
      const values = Uint32Array.from(
        runs.flatMap(([value, times]) => Array.from({ length: times }, () => value & (2 ** width - 1))),
      )
      const writer = new ByteWriter()
      writeRleBitPackedHybrid(writer, values, width)
      expect(encode(values, width)).toEqual(writer.getBytes())
      expect(hybridDecode(writer.getBytes(), 0, width, values.length)).toEqual(values)
    }),
    { numRuns: 500 },
  )
})

test('many groups in a row are one run of groups', () => {
  const values = Uint32Array.from({ length: 100_003 }, (_, row) => (row * 7919) % 4099)
  const writer = new ByteWriter()
  writeRleBitPackedHybrid(writer, values, 13)
  expect(Buffer.compare(encode(values, 13), writer.getBytes())).toBe(0)
})

test('positions beyond 512 MiB, which have more than 32 bits in bits', () => {
  const values = Uint32Array.from({ length: 1003 }, (_, row) => (row % 3 === 0 ? 5 : (row * 7919) % 4099))
  // Of these bytes only the touched ones ever take memory.
  const at = 2 ** 29 + 5
  const bytes = new Uint8Array(at + hybridCapacity(values.length, 13))
  hybridEncode(values, values.length, 13, bytes, at)
  expect(hybridDecode(bytes, at, 13, values.length)).toEqual(values)
})
