import type { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3'
import type { ByteStream } from '../../bytes/byte-stream.js'
import { ObjectStoreError } from '../../object-store.js'
import { discardBody } from '../client/accept-only-s3.js'
import { etagOf } from '../client/object-response.js'

/** Where objects are, and what an error of the SDK becomes. */
interface Place {
  bucket: string
  failure: (action: 'read', key: string, cause: unknown) => ObjectStoreError
}

/** The ways to read objects of a bucket, as members of an ObjectStore. Keys are checked by the caller. */
export function objectReads(client: S3Client, { bucket, failure }: Place) {
  async function get(key: string, range?: string) {
    let response: GetObjectCommandOutput | undefined
    try {
      const input = { Bucket: bucket, Key: key, ...(range !== undefined && { Range: range }) }
      response = await client.send(new GetObjectCommand(input))
      etagOf(response)
      const bytes = (await response.Body?.transformToByteArray()) ?? new Uint8Array()
      return { bytes, isRange: response.ContentRange !== undefined }
    } catch (cause) {
      discardBody(response?.Body)
      throw failure('read', key, cause)
    }
  }

  async function* chunksOf(key: string, body: Readable | undefined): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body ?? []) yield chunk as Uint8Array
    } catch (cause) {
      throw failure('read', key, cause)
    } finally {
      discardBody(body)
    }
  }

  return {
    read: async (key: string): Promise<Uint8Array> => (await get(key)).bytes,

    async slice(key: string, start: number, end: number): Promise<Uint8Array> {
      if (end <= start) return new Uint8Array()
      try {
        const { bytes, isRange } = await get(key, `bytes=${start}-${end - 1}`)
        // A store that does not know ranges sends the whole object.
        return isRange ? bytes : bytes.subarray(start, end)
      } catch (error) {
        if (error instanceof ObjectStoreError && error.code === 'InvalidRange') return new Uint8Array()
        throw error
      }
    },

    async open(key: string): Promise<ByteStream> {
      try {
        const response = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
        etagOf(response)
        return chunksOf(key, response.Body as Readable | undefined)
      } catch (cause) {
        throw failure('read', key, cause)
      }
    },
  }
}
