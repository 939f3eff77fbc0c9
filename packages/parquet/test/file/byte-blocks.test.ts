import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteBlocks } from '../../src/file/byte-blocks.js'

test('hands appended bytes out in order, in blocks of one size', () => {
  const step = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ bytes })),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((varint) => ({ varint })),
    fc.nat(2 ** 32 - 1).map((uint32) => ({ uint32 })),
  )
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const blocks = new ByteBlocks(100)
      const expected: number[] = []
      const taken: Uint8Array[] = []
      const copies: Uint8Array[] = []
      for (const { bytes, varint, uint32 } of steps as {
        bytes?: Uint8Array
        varint?: bigint
        uint32?: number
      }[]) {
        if (bytes) {
          blocks.appendBytes(bytes)
          expected.push(...bytes)
        } else if (varint !== undefined) {
          blocks.appendVarBigInt(varint)
          let rest = varint
          for (; rest >= 0x80n; rest >>= 7n) expected.push(Number(rest & 0x7fn) | 0x80)
          expected.push(Number(rest))
        } else {
          blocks.appendUint32(uint32 as number)
          expected.push(...new Uint8Array(Uint32Array.of(uint32 as number).buffer))
        }
        expect(blocks.offset).toBe(expected.length)
        const full = blocks.takeFullBlocks()
        taken.push(...full)
        copies.push(...full.map((block) => block.slice()))
      }
      expect(taken.every(({ length }) => length === 100)).toBe(true)
      expect(taken).toEqual(copies)
      const rest = blocks.drain()
      expect(rest.slice(0, -1).every(({ length }) => length === 100)).toBe(true)
      expect([...taken, ...rest].flatMap((block) => [...block])).toEqual(expected)
    }),
  )
})
