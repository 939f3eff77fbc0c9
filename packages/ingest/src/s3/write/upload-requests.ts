import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandOutput,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { combineCrc32, crc32Text } from '../../bytes/crc32.js'
import { etagOfParts, type Identity, isMd5 } from '../../bytes/etag.js'
import type { PutRequest } from '../client/direct-put.js'
import { headObject, type ObjectPlace } from '../read/head-object.js'
import {
  checkObject,
  etagOf,
  isEtagOpaque,
  type ObjectResponse,
  type SentContent,
  sha256Field,
  writeIdField,
} from '../client/object-response.js'
import { retryOnConflict } from '../client/retry-policy.js'
import type { Checksums } from '../client/s3-options.js'
import { attemptsOf, isNamed, statusOf } from '../errors/sdk-error.js'

/** Where an object is uploaded to, and how: shared by all requests of a write. */
export interface UploadTarget extends ObjectPlace {
  put: PutRequest
  overwrite: boolean
  checksums: Checksums
  /** Whether the store ignores `If-None-Match`, so that the key is checked right before an object is created. */
  checkThenWrite: boolean
  /** Ends the requests that send bytes and the reading of more bytes. The first failure aborts it. */
  stop: AbortController
  onBytes: ((bytes: number) => void) | undefined
}

/** A part that the store has. */
export interface SentPart {
  number: number
  size: number
  /** As the store reported it, without quotes. */
  etag: string
  /** MD5 of the bytes, in hexadecimal. */
  md5: string
  /** In base64; absent unless the checksums are 'crc32'. */
  crc32?: string
}

/** What is known about a write while it runs, and when it fails. */
export interface UploadProgress {
  /** Set once a multipart upload has started. */
  uploadId: string | undefined
  parts: SentPart[]
  /** The whole content, set once all bytes have been read. */
  whole: (() => SentContent) | undefined
  /** Whether the store may have completed the upload although no response said so. */
  mayBeComplete: boolean
}

/** The progress of a write that has sent nothing yet. */
export function noProgress(): UploadProgress {
  return { uploadId: undefined, parts: [], whole: undefined, mayBeComplete: false }
}

/** The parameters that every request of an upload carries. */
export function uploadParameters({ bucket, key, overwrite, checksums }: UploadTarget) {
  return {
    Bucket: bucket,
    Key: key,
    ...(!overwrite && { IfNoneMatch: '*' }),
    ...(checksums === 'crc32' && ({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const)),
  }
}

/** The metadata of an object: the id of its write, and the SHA-256 of its content if wanted. */
export function objectMetadata(writeId: string, sha256: string | undefined): Record<string, string> {
  return { [writeIdField]: writeId, ...(sha256 !== undefined && { [sha256Field]: sha256 }) }
}

/** Uploads an object in one request. */
export async function putObject(
  target: UploadTarget,
  { data, metadata }: { data: Uint8Array; metadata: Record<string, string> },
): Promise<Identity> {
  const { put, stop } = target
  const crc32 = checksumOf(target, data)
  const input = {
    ...uploadParameters(target),
    Body: data,
    Metadata: metadata,
    ...(crc32 !== undefined && { ChecksumCRC32: crc32 }),
  }
  const send = async () => {
    await refuseTakenKey(target)
    return put(input, { abortSignal: stop.signal })
  }
  const response = await retryOnConflict(send, stop.signal)
  const { md5 } = checkedPart(target, { number: 1, data, crc32, response })
  target.onBytes?.(data.length)
  return { size: data.length, etag: md5 }
}

/** Sends one part of a multipart upload. */
export async function sendPart(
  target: UploadTarget,
  { uploadId, number, data }: { uploadId: string; number: number; data: Uint8Array },
): Promise<SentPart> {
  const crc32 = checksumOf(target, data)
  const command = new UploadPartCommand({
    ...uploadParameters(target),
    UploadId: uploadId,
    PartNumber: number,
    Body: data,
    ...(crc32 !== undefined && { ChecksumCRC32: crc32 }),
  })
  const response = await target.client.send(command, { abortSignal: target.stop.signal })
  const part = checkedPart(target, { number, data, crc32, response })
  target.onBytes?.(data.length)
  return part
}

/** Turns the parts into an object. The store checks them against the CRC32 of the whole; we check what it reports. */
export async function completeUpload(
  target: UploadTarget,
  progress: UploadProgress,
): Promise<CompleteMultipartUploadCommandOutput> {
  const { uploadId } = progress
  const parts = progress.parts.sort((a, b) => a.number - b.number)
  const whole = { ...identityOfParts(parts), crc32: wholeCrc32(parts) }
  const { size, crc32 } = whole
  progress.whole = () => whole
  const command = new CompleteMultipartUploadCommand({
    ...uploadParameters(target),
    UploadId: uploadId,
    MultipartUpload: {
      Parts: parts.map((part) => ({
        PartNumber: part.number,
        ETag: part.etag,
        ...(part.crc32 !== undefined && { ChecksumCRC32: part.crc32 }),
      })),
    },
    ...(crc32 !== undefined && { ChecksumCRC32: crc32, MpuObjectSize: size }),
  })
  const send = async () => {
    await refuseTakenKey(target)
    return target.client.send(command).catch((error: unknown) => {
      progress.mayBeComplete ||= attemptsOf(error) > 1
      throw error
    })
  }
  const response = await retryOnConflict(send, target.stop.signal)
  // MinIO's response does not say that KMS keys make the ETag opaque, as its responses to the parts did.
  const isOpaque = parts.some(({ etag, md5 }) => etag !== md5)
  checkObject(isOpaque ? { ...response, ETag: whole.etag } : response, whole)
  return response
}

/** Removes an upload and its parts. Resolves even if it no longer exists. */
export async function abortUpload(
  { client, bucket }: Pick<ObjectPlace, 'client' | 'bucket'>,
  { key, uploadId }: { key: string; uploadId: string },
): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId })
  await client.send(command).catch((error: unknown) => {
    if (!isNamed(error, 'NoSuchUpload')) throw error
  })
}

/** The identity of the object that these parts, in order, make up. */
export function identityOfParts(parts: readonly SentPart[]): Identity {
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  return { size, etag: etagOfParts(parts.map(({ md5 }) => md5)) }
}

/** Refuses a taken key as S3 does, for a store that ignores `If-None-Match`. A key that the user may not HEAD is refused, too. */
async function refuseTakenKey(target: UploadTarget): Promise<void> {
  if (target.overwrite || !target.checkThenWrite) return
  const options = { signal: target.stop.signal, withChecksum: true }
  const found = await headObject(target, options).catch((error: unknown) => {
    if (statusOf(error) !== 403) throw error
    throw Object.assign(new Error('the key may not be checked', { cause: error }), { name: 'CheckDenied' })
  })
  if (found) throw Object.assign(new Error('the key is taken'), { name: 'PreconditionFailed' })
}

function checksumOf({ checksums }: UploadTarget, data: Uint8Array): string | undefined {
  return checksums === 'crc32' ? crc32Text(data) : undefined
}

/** The CRC32 of the object that these parts make up, if every one of them has a CRC32. */
function wholeCrc32(parts: readonly SentPart[]): string | undefined {
  const known = parts.flatMap(({ crc32, size }) => (crc32 === undefined ? [] : [{ crc32, size }]))
  return known.length > 0 && known.length === parts.length ? combineCrc32(known) : undefined
}

/**
 * Checks the response to a part. A store that returns our CRC32 has compared it, so its ETag is the MD5 of our bytes. For other
 * stores the MD5 is computed here and compared.
 */
function checkedPart(
  { checksums }: UploadTarget,
  sent: { number: number; data: Uint8Array; crc32: string | undefined; response: ObjectResponse },
): SentPart {
  const { number, data, crc32, response } = sent
  const etag = etagOf(response)
  const isOpaque = !isMd5(etag) || isEtagOpaque(response)
  const isTrusted = checksums === 'none' || (crc32 !== undefined && response.ChecksumCRC32 !== undefined)
  const md5 = isTrusted && !isOpaque ? etag : createHash('md5').update(data).digest('hex')
  checkObject(isOpaque ? { ...response, ETag: md5 } : response, { size: data.length, etag: md5, crc32 })
  return { number, size: data.length, etag, md5, ...(crc32 !== undefined && { crc32 }) }
}
