import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineCrc32, crc32Text } from '../../src/bytes/crc32.js'

describe('crc32Text', () => {
  // The check value of CRC-32/ISO-HDLC: 0xcbf43926.
  it('is the CRC32 of zlib and S3, in base64', () => {
    expect(crc32Text(Buffer.from('123456789'))).toBe(Buffer.from('cbf43926', 'hex').toString('base64'))
    expect(crc32Text(new Uint8Array())).toBe('AAAAAA==')
  })
})

describe('combineCrc32', () => {
  it('combines the CRC32s of parts into that of the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (parts) => {
        const known = parts.map((part) => ({ crc32: crc32Text(part), size: part.length }))
        expect(combineCrc32(known)).toBe(crc32Text(Buffer.concat(parts)))
      }),
    )
  })

  it('combines parts of 16 MiB', () => {
    const parts = [
      Buffer.alloc(16 * 1024 * 1024, 'mini'),
      Buffer.alloc(16 * 1024 * 1024, 'lake'),
      Buffer.from('x'),
    ]
    const known = parts.map((part) => ({ crc32: crc32Text(part), size: part.length }))
    expect(combineCrc32(known)).toBe(crc32Text(Buffer.concat(parts)))
  })
})
