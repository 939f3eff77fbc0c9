import { decidePublish } from '@minilake/ingest'
import { describe, expect, it } from 'vitest'

describe('decidePublish', () => {
  it.each([
    ['nothing', false, 'create'],
    ['nothing', true, 'create'],
    ['same', false, 'unchanged'],
    ['same', true, 'unchanged'],
    ['other', false, 'conflict'],
    ['other', true, 'replace'],
    ['unknown', false, 'unverifiable'],
    ['unknown', true, 'replace'],
  ] as const)('decides for a stored %s with overwrite %s: %s', (stored, overwrite, decision) => {
    expect(decidePublish({ stored, overwrite })).toBe(decision)
  })
})
