import {
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  type MultipartUpload,
  type S3Client,
} from '@aws-sdk/client-s3'
import { respondedAt } from '../client/s3-client.js'
import { isNamed } from '../errors/sdk-error.js'

/** A multipart upload that was started and neither completed nor aborted. */
export interface UnfinishedUpload {
  key: string
  uploadId: string
  initiated: Date
  /** When its newest part arrived, or when it started. */
  lastActivity: Date
  /** When the store listed it, by the store's clock, which may differ from this computer's. */
  listedAt: Date
  /** Bytes of its parts. */
  bytes: number
  /** The number of parts that the store has. */
  parts: number
}

/** An unfinished upload with its parts. */
export interface ListedUpload extends Omit<UnfinishedUpload, 'parts'> {
  parts: { number: number; size: number; etag: string }[]
  checksumAlgorithm: string | undefined
  checksumType: string | undefined
}

/**
 * Lists the unfinished uploads of a bucket whose key is wanted, with their parts. `prefix` (default: none) has to be a whole key:
 * MinIO lists nothing for any other prefix.
 */
export async function* listUploads(
  { client, bucket }: { client: S3Client; bucket: string },
  {
    prefix = '',
    isWanted,
    signal,
  }: { prefix?: string; isWanted: (key: string) => boolean; signal?: AbortSignal },
): AsyncGenerator<ListedUpload> {
  let KeyMarker: string | undefined
  let UploadIdMarker: string | undefined
  for (;;) {
    const command = new ListMultipartUploadsCommand({
      Bucket: bucket,
      ...(prefix !== '' && { Prefix: prefix }),
      KeyMarker,
      UploadIdMarker,
    })
    const page = await client.send(command, signal && { abortSignal: signal })
    for (const upload of page.Uploads ?? []) {
      if (!isWanted(upload.Key ?? '')) continue
      const listed = await withParts({ client, bucket, signal }, upload, respondedAt(page))
      if (listed) yield listed
    }
    const { NextKeyMarker, NextUploadIdMarker } = page
    const isSamePage = NextKeyMarker === KeyMarker && NextUploadIdMarker === UploadIdMarker
    if (!page.IsTruncated || NextKeyMarker === undefined || isSamePage) return
    KeyMarker = NextKeyMarker
    UploadIdMarker = NextUploadIdMarker
  }
}

/** Undefined if the upload has been completed or aborted in the meantime. */
async function withParts(
  { client, bucket, signal }: { client: S3Client; bucket: string; signal: AbortSignal | undefined },
  { Key: key = '', UploadId: uploadId = '', Initiated: initiated = new Date(0) }: MultipartUpload,
  listedAt: Date,
): Promise<ListedUpload | undefined> {
  const upload: ListedUpload = {
    ...{ key, uploadId, initiated, lastActivity: initiated, bytes: 0, parts: [], listedAt },
    ...{ checksumAlgorithm: undefined, checksumType: undefined },
  }
  let marker: string | undefined
  for (;;) {
    let page: ListPartsCommandOutput
    try {
      const place = { Bucket: bucket, Key: key, UploadId: uploadId }
      const command = new ListPartsCommand({ ...place, PartNumberMarker: marker })
      page = await client.send(command, signal && { abortSignal: signal })
    } catch (error) {
      if (isNamed(error, 'NoSuchUpload')) return undefined
      throw error
    }
    upload.checksumAlgorithm = page.ChecksumAlgorithm
    upload.checksumType = page.ChecksumType
    for (const { PartNumber: number = 0, Size: size = 0, ETag = '', LastModified: at } of page.Parts ?? []) {
      upload.parts.push({ number, size, etag: ETag.replaceAll('"', '') })
      upload.bytes += size
      if (at && at > upload.lastActivity) upload.lastActivity = at
    }
    if (!page.IsTruncated || page.NextPartNumberMarker === marker) return upload
    marker = page.NextPartNumberMarker
  }
}
