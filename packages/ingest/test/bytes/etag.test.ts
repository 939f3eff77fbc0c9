import { createHash } from 'node:crypto'
import { etagHasher, identityOf, partBytes } from '@minilake/ingest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, failingAfter } from '../fixtures/byte-stream.js'

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest()

// S3's definition, implemented a second time: the MD5 of the parts' MD5s, and their number.
function multipartEtag(bytes: Uint8Array, partSize: number): string {
  const parts: Buffer[] = []
  for (let start = 0; start < bytes.length; start += partSize) {
    parts.push(md5(bytes.subarray(start, start + partSize)))
  }
  return `${md5(Buffer.concat(parts)).toString('hex')}-${parts.length}`
}

function etagOf(chunks: Iterable<Uint8Array>, partSize?: number): string {
  const hasher = etagHasher(partSize)
  for (const chunk of chunks) hasher.update(chunk)
  return hasher.identity().etag
}

describe('etagHasher', () => {
  // RFC 1321, appendix A.5.
  it.each([
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['a', '0cc175b9c0f1b6a831c399e269772661'],
    ['abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  ])('is the MD5 of the bytes of an object uploaded in one request: %j', (text, etag) => {
    expect(etagOf(bytesOf(text))).toBe(etag)
  })

  it('is the MD5 of the bytes of an object of exactly one part', () => {
    expect(etagOf(bytesOf('abcd'), 4)).toBe(md5(Buffer.from('abcd')).toString('hex'))
  })

  it('is the MD5 of the MD5s of the parts of a larger object', () => {
    for (const text of ['abcde', 'abcdefgh', 'abcdefghi']) {
      const bytes = Buffer.from(text)
      expect(etagOf([bytes], 4)).toBe(multipartEtag(bytes, 4))
    }
  })

  it('agrees with Python over the same parts', () => {
    // md5(md5(b'abcd').digest() + md5(b'e').digest()).hexdigest() + '-2', with hashlib
    expect(etagOf(bytesOf('abcde'), 4)).toBe('aa933d75a4a9ae385721c4e8444e1eec-2')
  })

  it('uses parts of 16 MiB by default', () => {
    expect(partBytes).toBe(16 * 1024 * 1024)
    const bytes = Buffer.alloc(partBytes + 1, 'minilake')
    expect(etagOf([bytes.subarray(0, partBytes)])).toBe(md5(bytes.subarray(0, partBytes)).toString('hex'))
    expect(etagOf([bytes])).toBe(multipartEtag(bytes, partBytes))
  })

  it('does not depend on the size of the chunks', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 20 }))
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 16 }), (pieces, partSize) => {
        const whole = Buffer.concat(pieces)
        const expected = whole.length > partSize ? multipartEtag(whole, partSize) : md5(whole).toString('hex')
        expect(etagOf(pieces, partSize)).toBe(expected)
      }),
    )
  })

  it('counts the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (pieces) => {
        const hasher = etagHasher(7)
        for (const piece of pieces) hasher.update(piece)
        expect(hasher.identity().size).toBe(Buffer.concat(pieces).length)
      }),
    )
  })
})

describe('identityOf', () => {
  it('is the size and ETag of a stream', async () => {
    const identity = { size: 3, etag: '900150983cd24fb0d6963f7d28e17f72' }
    expect(await identityOf([...bytesOf('a'), ...bytesOf('bc')])).toEqual(identity)
  })

  it('rejects with the error of the stream', async () => {
    const error = new Error('the sensor is gone')
    await expect(identityOf(failingAfter('abc', error))).rejects.toBe(error)
  })

  it('stops reading the stream when the signal is aborted', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    let taken = 0
    function* endless() {
      for (;;) {
        taken += 1
        if (taken === 3) controller.abort(reason)
        yield* bytesOf('a')
      }
    }
    await expect(identityOf(endless(), { signal: controller.signal })).rejects.toBe(reason)
    expect(taken).toBe(3)
  })
})
