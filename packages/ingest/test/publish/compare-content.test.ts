import { randomBytes } from 'node:crypto'
import { type EtagPlan, identityOf, partBytes, type StoredObject } from '@minilake/ingest'
import { describe, expect, it } from 'vitest'
import { compareContent } from '../../src/publish/compare-content.js'

const mebi = 1024 * 1024
const bytes = randomBytes(2 * partBytes + 1)
const etagOf = async (plan?: EtagPlan, content: Uint8Array = bytes) =>
  (await identityOf([content], { plan })).etag

function contentOf(content: Buffer) {
  const computed: EtagPlan[] = []
  return {
    computed,
    size: content.length,
    etag: (plan: EtagPlan) => {
      computed.push(plan)
      return etagOf(plan, content)
    },
    sha256: () => Promise.resolve('ours'),
  }
}

const stored = (etag: string, more: Partial<StoredObject> = {}): StoredObject => ({
  ...{ key: 'a', size: bytes.length, etag: () => Promise.resolve(etag) },
  ...more,
})

/** Compares our bytes with a stored object. `found` is what the store returns when asked for more. */
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
  it('recognises different content by its size alone', async () => {
    const content = contentOf(bytes)
    expect(await compare(stored('x', { size: 1 }), undefined, content)).toEqual({ state: 'other', asked: 0 })
    expect(content.computed).toEqual([])
  })

  it('recognises our own ETag with one read and no request', async () => {
    const content = contentOf(bytes)
    expect(await compare(stored(await etagOf()), undefined, content)).toEqual({ state: 'same', asked: 0 })
    expect(content.computed).toEqual([{ partBytes }])
  })

  it.each([
    ['in one request', { partBytes: Infinity }],
    ['in one part', { partBytes: Infinity, alwaysInParts: true }],
    ['in parts of 5 MiB', { partBytes: 5 * mebi }],
    ['in parts of 8 MiB', { partBytes: 8 * mebi }],
    ['in parts of 32 MiB', { partBytes: 32 * mebi }],
  ])('recognises the same content that another tool uploaded %s', async (_, plan) => {
    expect(await compare(stored(await etagOf(plan)))).toEqual({ state: 'same', asked: 0 })
  })

  const others = Buffer.alloc(bytes.length, 'other')
  it.each([
    ['in one request', { partBytes: Infinity }],
    ['in as many parts as ours', { partBytes }],
  ])('recognises different content of the same size that was uploaded %s', async (_, plan) => {
    expect(await compare(stored(await etagOf(plan, others)))).toEqual({ state: 'other', asked: 1 })
  })

  it.each([
    ['uploaded in parts of an uncommon size', `${'0'.repeat(32)}-7777`],
    ['whose ETag is not an MD5', '0123'],
  ])('cannot compare an object %s', async (_, etag) => {
    expect(await compare(stored(etag))).toEqual({ state: 'unknown', asked: 1 })
  })

  it('trusts a comparable ETag more than a stored SHA-256', async () => {
    for (const plan of [{ partBytes: Infinity }, { partBytes }]) {
      const listed = stored(await etagOf(plan, others), { sha256: 'ours' })
      expect(await compare(listed)).toEqual({ state: 'other', asked: 1 })
    }
    const unusual = stored(`${'0'.repeat(32)}-7777`, { sha256: 'ours' })
    expect(await compare(unusual)).toEqual({ state: 'same', asked: 1 })
  })

  it('cannot compare an object with KMS keys unless its SHA-256 is stored', async () => {
    const listed = stored('0'.repeat(32))
    const opaque = { ...listed, isEtagOpaque: true }
    expect(await compare(listed, opaque)).toEqual({ state: 'unknown', asked: 1 })
    expect(await compare(listed, { ...opaque, sha256: 'ours' })).toEqual({ state: 'same', asked: 1 })
    expect(await compare(listed, { ...opaque, sha256: 'theirs' })).toEqual({ state: 'other', asked: 1 })
  })
})
