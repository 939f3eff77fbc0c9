import { randomBytes } from 'node:crypto'
import {
  type ChecksumAlgorithm,
  type EtagPlan,
  identityOf,
  partBytes,
  type StoredObject,
} from '@minilake/ingest'
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
    checksum: (algorithm: ChecksumAlgorithm) => Promise.resolve<string | undefined>(`our ${algorithm}`),
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
  return { ...(await compareContent(content, listed, { find })), asked }
}

const ourCrc = { algorithm: 'CRC32', value: 'our CRC32' } as const
const theirCrc = { algorithm: 'CRC32', value: 'their CRC32' } as const

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
    expect(await compare(unusual)).toEqual({ state: 'same', by: 'SHA-256', asked: 1 })
  })

  it.each([
    ['nothing', {}, { state: 'unknown' }],
    ['our SHA-256', { sha256: 'ours', checksum: theirCrc }, { state: 'same', by: 'SHA-256' }],
    ['another SHA-256', { sha256: 'theirs', checksum: ourCrc }, { state: 'other', by: 'SHA-256' }],
    ['our CRC32', { checksum: ourCrc }, { state: 'same', by: 'CRC' }],
    [
      'our CRC64NVME',
      { checksum: { algorithm: 'CRC64NVME', value: 'our CRC64NVME' } },
      { state: 'same', by: 'CRC' },
    ],
    ['another CRC32', { checksum: theirCrc }, { state: 'other', by: 'CRC' }],
    [
      'a checksum that may not be read',
      { checksumDenied: 'no right' },
      { state: 'unknown', checksumDenied: 'no right' },
    ],
  ] as const)('compares an object with KMS keys that stores %s', async (_, more, expected) => {
    const listed = stored('0'.repeat(32))
    expect(await compare(listed, { ...listed, isEtagOpaque: true, ...more })).toEqual({
      ...expected,
      asked: 1,
    })
    const unusual = stored(`${'0'.repeat(32)}-7777`)
    expect(await compare(unusual, { ...unusual, ...more })).toEqual({ ...expected, asked: 1 })
  })

  it('trusts a comparable ETag more than a stored CRC', async () => {
    const listed = stored(await etagOf({ partBytes }, others))
    expect(await compare(listed, { ...listed, checksum: ourCrc })).toEqual({ state: 'other', asked: 1 })
  })

  it('cannot compare a stream that has been read with a CRC other than it has computed', async () => {
    const content = { ...contentOf(bytes), checksum: () => Promise.resolve(undefined) }
    const listed = stored('0'.repeat(32))
    const found = { ...listed, isEtagOpaque: true, checksum: ourCrc }
    expect(await compare(listed, found, content)).toEqual({ state: 'unknown', asked: 1 })
  })
})
