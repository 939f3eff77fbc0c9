import { randomBytes } from 'node:crypto'
import { type EtagPlan, identityOf, partBytes, type StoredObject } from '@minilake/ingest'
import { describe, expect, it } from 'vitest'
import { compareContent } from '../../src/publish/compare-content.js'

const mebi = 1024 * 1024
const bytes = randomBytes(2 * partBytes + 1)
const etagOf = async (plan?: EtagPlan, content: Uint8Array = bytes) =>
  (await identityOf([content], { plan })).etag

function contentOf(content: Buffer) {
  const taken: EtagPlan[] = []
  return {
    taken,
    size: content.length,
    etag: (plan: EtagPlan) => {
      taken.push(plan)
      return etagOf(plan, content)
    },
    sha256: () => Promise.resolve('ours'),
  }
}

const stored = (etag: string, more: Partial<StoredObject> = {}): StoredObject => ({
  ...{ key: 'a', size: bytes.length, etag: () => Promise.resolve(etag) },
  ...more,
})

/** Compares our bytes with a stored object; `found` is what the store tells when it is asked for more. */
async function compare(
  listed: StoredObject,
  found: StoredObject | undefined = listed,
  content = contentOf(bytes),
) {
  let asked = 0
  const find = () => {
    asked += 1
    return Promise.resolve(found)
  }
  return { state: await compareContent(content, listed, { find }), asked }
}

describe('compareContent', () => {
  it('sees by the size alone that content is other', async () => {
    const content = contentOf(bytes)
    expect(await compare(stored('x', { size: 1 }), undefined, content)).toEqual({ state: 'other', asked: 0 })
    expect(content.taken).toEqual([])
  })

  it('knows our own ETag by one reading, without a request', async () => {
    const content = contentOf(bytes)
    expect(await compare(stored(await etagOf()), undefined, content)).toEqual({ state: 'same', asked: 0 })
    expect(content.taken).toEqual([{ partBytes }])
  })

  it.each([
    ['put at once', { partBytes: Infinity }],
    ['in one part', { partBytes: Infinity, alwaysInParts: true }],
    ['in parts of 5 MiB', { partBytes: 5 * mebi }],
    ['in parts of 8 MiB', { partBytes: 8 * mebi }],
    ['in parts of 32 MiB', { partBytes: 32 * mebi }],
  ])('knows what another program has put %s', async (_, plan) => {
    expect(await compare(stored(await etagOf(plan)))).toEqual({ state: 'same', asked: 0 })
  })

  const others = Buffer.alloc(bytes.length, 'other')
  it.each([
    ['put at once', { partBytes: Infinity }],
    ['in as many parts as ours', { partBytes }],
  ])('knows other content of the same size that was put %s', async (_, plan) => {
    expect(await compare(stored(await etagOf(plan, others)))).toEqual({ state: 'other', asked: 1 })
  })

  it.each([
    ['in parts of a size that nobody uses', `${'0'.repeat(32)}-7777`],
    ['with an ETag that is no MD5', '0123'],
  ])('cannot tell of an object %s', async (_, etag) => {
    expect(await compare(stored(etag))).toEqual({ state: 'unknown', asked: 1 })
  })

  it('believes an ETag that can be compared more than a SHA-256 that was left', async () => {
    for (const plan of [{ partBytes: Infinity }, { partBytes }]) {
      const listed = stored(await etagOf(plan, others), { sha256: 'ours' })
      expect(await compare(listed)).toEqual({ state: 'other', asked: 1 })
    }
    const unusual = stored(`${'0'.repeat(32)}-7777`, { sha256: 'ours' })
    expect(await compare(unusual)).toEqual({ state: 'same', asked: 1 })
  })

  it('cannot tell of an object under keys of KMS, unless its SHA-256 was left', async () => {
    const listed = stored('0'.repeat(32))
    const opaque = { ...listed, isEtagOpaque: true }
    expect(await compare(listed, opaque)).toEqual({ state: 'unknown', asked: 1 })
    expect(await compare(listed, { ...opaque, sha256: 'ours' })).toEqual({ state: 'same', asked: 1 })
    expect(await compare(listed, { ...opaque, sha256: 'theirs' })).toEqual({ state: 'other', asked: 1 })
  })
})
