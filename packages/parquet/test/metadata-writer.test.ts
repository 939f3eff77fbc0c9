import fc from 'fast-check'
import { ByteWriter } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import { MetadataWriter } from '../src/metadata-writer.js'

test('zigzag numbers have the bytes of hyparquet-writer, small and large, bigint or not', () => {
  const number = fc.oneof(
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(
      2n ** 30n - 1n,
      2n ** 30n,
      -(2n ** 30n),
      -(2n ** 30n) + 1n,
      2 ** 30,
      2 ** 31 - 1,
      -(2 ** 31),
    ),
  )
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      const [ours, theirs] = [new MetadataWriter(), new ByteWriter()]
      for (const each of numbers) {
        ours.appendZigZag(each)
        theirs.appendZigZag(each)
      }
      expect(ours.getBytes()).toEqual(theirs.getBytes())
    }),
  )
})
