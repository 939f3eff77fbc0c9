import { ObjectStoreError } from '@minilake/ingest'
import { describe, expect, it } from 'vitest'

describe('ObjectStoreError', () => {
  it('carries the key, the location and the cause', () => {
    const cause = new Error('disk')
    const error = new ObjectStoreError('cannot write a', { key: 'a', location: 'lake', cause })
    expect(error).toMatchObject({
      name: 'ObjectStoreError',
      message: 'cannot write a',
      key: 'a',
      location: 'lake',
      cause,
    })
  })
})
