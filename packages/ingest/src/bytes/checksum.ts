import type { ByteStream } from './byte-stream.js'
import { addCrc32, crc32ValueText } from './crc32.js'
import { crc64Nvme } from './crc64-nvme.js'

/** The checksums of a whole object that S3 stores keep. */
export type ChecksumAlgorithm = 'CRC64NVME' | 'CRC32'

/** The checksum of a stream as S3 writes it, big-endian in base64, in memory bounded by one chunk. */
export async function checksumOf(bytes: ByteStream, algorithm: ChecksumAlgorithm): Promise<string> {
  if (algorithm === 'CRC32') {
    let value = 0
    for await (const chunk of bytes) value = addCrc32(chunk, value)
    return crc32ValueText(value)
  }
  let value = 0n
  for await (const chunk of bytes) value = crc64Nvme(chunk, value)
  const text = Buffer.alloc(8)
  text.writeBigUInt64BE(value)
  return text.toString('base64')
}
