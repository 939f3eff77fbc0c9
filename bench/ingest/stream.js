import { randomBytes } from 'node:crypto'

/** A stream of so many bytes, a multiple of 256 KiB: the same chunk again and again, so that memory is the uploader's alone. */
export async function* streamOf(bytes) {
  const chunk = randomBytes(2 ** 18)
  for (let given = 0; given < bytes; given += chunk.length) yield chunk
}
