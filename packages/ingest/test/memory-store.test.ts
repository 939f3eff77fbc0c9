import { memoryStore } from '@minilake/ingest'
import { describe, expect, it } from 'vitest'
import { bytesOf } from './fixtures/byte-stream.js'
import { objectStoreContract } from './object-store.contract.js'

describe('memoryStore', () => {
  objectStoreContract(memoryStore, { besideFolder: 'held' })

  it('shares nothing with another memory store', async () => {
    await memoryStore().write('a', bytesOf('x'))
    expect(await memoryStore().find('a')).toBeUndefined()
  })

  it('accepts a key of 1,024 bytes', async () => {
    expect(await memoryStore().write(`${'a/'.repeat(511)}bc`, [])).toMatchObject({ written: true })
  })
})
