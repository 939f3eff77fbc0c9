import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandOutput,
  PutObjectCommand,
  type PutObjectCommandOutput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { combineCrc32, crc32Text } from '../bytes/crc32.js'
import { etagOfParts, type Identity, isMd5 } from '../bytes/etag.js'
import { refuseTakenKey } from './head-object.js'
import { checkObject, isEtagOpaque, type SentContent } from './object-answer.js'
import { attemptsOf, etagOf, isNamed } from './s3-failure.js'
import type { Checksums } from './s3-options.js'

const conflictWaitsMillis = [100, 200, 400, 800]

/** What is uploaded where, and how: one for all requests of a write. */
export interface UploadTarget {
  client: S3Client
  bucket: string
  key: string
  overwrite: boolean
  checksums: Checksums
  /** Whether the store ignores `If-None-Match`, and is asked for the key right before. */
  looksFirst: boolean
  /** Ends the requests that send bytes, and the taking of more; the first failure aborts it. */
  stop: AbortController
  onBytes: ((bytes: number) => void) | undefined
}

/** A part that the store has. */
export interface SentPart {
  number: number
  size: number
  /** As the store answered it, without quotes. */
  etag: string
  /** Of the bytes, in hexadecimal. */
  md5: string
  /** In base64; absent where checksums are not asked for. */
  crc32?: string
}

/** What is known of a write while it runs, and where it fails. */
export interface UploadProgress {
  /** Of an upload in parts that has begun. */
  uploadId: string | undefined
  parts: SentPart[]
  /** The content, once all of it has been taken. */
  whole: (() => SentContent) | undefined
  /** Whether the store may have completed the upload and could not say so. */
  mayBeComplete: boolean
}

/** The progress of a write of which nothing has been sent. */
export function noProgress(): UploadProgress {
  return { uploadId: undefined, parts: [], whole: undefined, mayBeComplete: false }
}

/** The settings that every request of an upload carries, whoever sends it. */
export function uploadParameters({ bucket, key, overwrite, checksums }: UploadTarget) {
  return {
    Bucket: bucket,
    Key: key,
    ...(!overwrite && { IfNoneMatch: '*' }),
    ...(checksums === 'crc32' && ({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const)),
  }
}

/** Puts an object at once. */
export async function putObject(
  target: UploadTarget,
  { data, metadata }: { data: Uint8Array; metadata: Record<string, string> },
): Promise<Identity> {
  const { client, stop } = target
  const crc32 = checksumOf(target, data)
  const command = new PutObjectCommand({
    ...uploadParameters(target),
    Body: data,
    Metadata: metadata,
    ...(crc32 !== undefined && { ChecksumCRC32: crc32 }),
  })
  const send = async () => {
    await refuseTakenKey(target)
    return client.send(command, { abortSignal: stop.signal })
  }
  const answer = await againOnConflict(send, stop.signal)
  const { md5 } = checkedPart(target, { number: 1, data, crc32, answer })
  target.onBytes?.(data.length)
  return { size: data.length, etag: md5 }
}

/** Sends a part of an upload. */
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
  const answer = await target.client.send(command, { abortSignal: target.stop.signal })
  const part = checkedPart(target, { number, data, crc32, answer })
  target.onBytes?.(data.length)
  return part
}

/** Makes the parts an object, which the store compares with the checksum of the whole, and we with its answer. */
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
  const answer = await againOnConflict(send, target.stop.signal)
  checkObject(answer, whole)
  return answer
}

/** Removes an upload and its parts; one that is gone is none the worse. */
export async function abortUpload(
  { client, bucket }: Pick<UploadTarget, 'client' | 'bucket'>,
  { key, uploadId }: { key: string; uploadId: string },
): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId })
  await client.send(command).catch((error: unknown) => {
    if (!isNamed(error, 'NoSuchUpload')) throw error
  })
}

/** What an object of these parts is. */
export function identityOfParts(parts: readonly SentPart[]): Identity {
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  return { size, etag: etagOfParts(parts.map(({ md5 }) => md5)) }
}

/** The CRC32 of an object of these parts, where there are some and each has one. */
function wholeCrc32(parts: readonly SentPart[]): string | undefined {
  const known = parts.flatMap(({ crc32, size }) => (crc32 === undefined ? [] : [{ crc32, size }]))
  return known.length > 0 && known.length === parts.length ? combineCrc32(known) : undefined
}

function checksumOf({ checksums }: UploadTarget, data: Uint8Array): string | undefined {
  return checksums === 'crc32' ? crc32Text(data) : undefined
}

/**
 * A store that answers with our CRC32 has compared it, so that its ETag is that of our bytes. With others the MD5 is computed
 * here, and compared.
 */
function checkedPart(
  { checksums }: UploadTarget,
  {
    number,
    data,
    crc32,
    answer,
  }: {
    number: number
    data: Uint8Array
    crc32: string | undefined
    answer: Omit<PutObjectCommandOutput, '$metadata'>
  },
): SentPart {
  const etag = etagOf(answer)
  const isOpaque = !isMd5(etag) || isEtagOpaque(answer)
  const isTrusted = checksums === 'none' || (crc32 !== undefined && answer.ChecksumCRC32 !== undefined)
  const md5 = isTrusted && !isOpaque ? etag : createHash('md5').update(data).digest('hex')
  checkObject(isOpaque ? { ...answer, ETag: md5 } : answer, { size: data.length, etag: md5, crc32 })
  return { number, size: data.length, etag, md5, ...(crc32 !== undefined && { crc32 }) }
}

/** Two writers who finish a key at the same moment may both be refused. */
async function againOnConflict<T>(send: () => Promise<T>, stop: AbortSignal): Promise<T> {
  for (const wait of conflictWaitsMillis) {
    try {
      return await send()
    } catch (error) {
      if (!isNamed(error, 'ConditionalRequestConflict')) throw error
      await sleep(wait, undefined, { signal: stop })
    }
  }
  return send()
}
