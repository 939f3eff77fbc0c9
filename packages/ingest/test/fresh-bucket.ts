import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { s3Store, type S3StoreOptions } from '@minilake/ingest/s3'
import { inject, onTestFinished } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    stack: {
      endpoint: string
      credentials: { accessKeyId: string; secretAccessKey: string }
      administrator: { accessKeyId: string; secretAccessKey: string }
    }
  }
}

let made = 0

/** An empty bucket of the stack for one test, which also sees what a store does not: its unfinished uploads. */
export async function freshBucket() {
  const { endpoint, administrator: credentials } = inject('stack')
  const client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true })
  made += 1
  const bucket = `test-${Date.now()}-${made}`
  const options = { bucket, endpoint, credentials } satisfies S3StoreOptions
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  onTestFinished(async () => {
    const store = s3Store(options)
    for await (const { key } of store.list('')) await store.remove(key)
    await client.send(new DeleteBucketCommand({ Bucket: bucket }))
  })
  const unfinished = async () => {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
    return Uploads.map(({ Key }) => Key)
  }
  return { options, client, unfinished }
}
