import { describe, expect, it } from 'vitest'
import { checksumOf } from '../../src/bytes/checksum.js'
import { bytesOf } from '../fixtures/byte-stream.js'

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

describe('checksumOf', () => {
  // The check values of the catalogue of CRCs (reveng.sourceforge.io), for the text 123456789.
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC64NVME', 'ae8b14860a799888'],
  ] as const)('computes the %s of the catalogue, however the bytes are cut', async (algorithm, hex) => {
    expect(await checksumOf(bytesOf('123456789'), algorithm)).toBe(base64(hex))
    expect(await checksumOf(['1', '', '2345', '6789'].flatMap(bytesOf), algorithm)).toBe(base64(hex))
  })

  it.each([
    ['CRC32', '00000000'],
    ['CRC64NVME', '0000000000000000'],
  ] as const)('computes the %s of nothing', async (algorithm, hex) => {
    expect(await checksumOf([], algorithm)).toBe(base64(hex))
  })
})
