import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { StoredObject } from '../object-store.js'
import { isEtagOpaque } from './object-answer.js'
import { etagOf, notS3 } from './s3-failure.js'

/** The field of an object's metadata that holds the SHA-256 of its content, in hexadecimal. */
export const sha256Field = 'minilake-sha256'

/** An object as an answer of S3 describes it; throws where that is none of S3. */
export function listedObject(
  key: string,
  answer: { Size?: number | undefined; ETag?: string | undefined },
): StoredObject {
  const { Size: size } = answer
  const etag = etagOf(answer)
  if (size === undefined) throw notS3('the answer has no size')
  return { key, size, etag: () => Promise.resolve(etag) }
}

/** An object as the answer to HEAD describes it, with what no listing says. */
export function foundObject(key: string, answer: HeadObjectCommandOutput): StoredObject {
  const sha256 = answer.Metadata?.[sha256Field]
  return {
    ...listedObject(key, { ...answer, Size: answer.ContentLength }),
    ...(sha256 !== undefined && { sha256 }),
    ...(isEtagOpaque(answer) && { isEtagOpaque: true }),
  }
}
