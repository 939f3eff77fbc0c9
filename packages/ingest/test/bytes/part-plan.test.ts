import { partBytes } from '@minilake/ingest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partBytesFor, planParts } from '../../src/bytes/part-plan.js'

describe('planParts', () => {
  it.each([
    [0, 1],
    [1, 1],
    [partBytes, 1],
    [partBytes + 1, 2],
    [10_000 * partBytes, 10_000],
    [10_000 * partBytes + 1, 5001],
  ])('cuts %i bytes into %i parts', (size, parts) => {
    expect(planParts(size)).toHaveLength(parts)
  })

  it('covers an object without gaps, in parts of one size except the last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 45 }), (size) => {
        const plan = planParts(size)
        const length = partBytesFor(size)
        expect(plan.length).toBeLessThanOrEqual(10_000)
        expect(length % partBytes).toBe(0)
        const others = plan.filter(({ number, start, end }, index) => {
          const isNext = number === index + 1 && start === index * length
          return !isNext || (number < plan.length && end - start !== length)
        })
        expect(others).toEqual([])
        expect(plan.at(-1)?.end).toBe(size)
      }),
      { numRuns: 20 },
    )
  })
})
