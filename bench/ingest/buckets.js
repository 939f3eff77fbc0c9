import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'

/** Buckets of the benchmark's own at a store. `credentials` are variables of Amazon's tools; default: those of the environment. */
export function bucketsAt({ endpoint, credentials }) {
  const keys = credentials && {
    accessKeyId: credentials.AWS_ACCESS_KEY_ID,
    secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
  }
  const client = new S3Client({ endpoint, forcePathStyle: true, ...(keys && { credentials: keys }) })
  const made = new Set()

  const objectsOf = async function* (bucket) {
    let token
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }))
      if (page.Contents) yield page.Contents
      token = page.NextContinuationToken
    } while (token !== undefined)
  }

  const remove = async (bucket) => {
    for await (const objects of objectsOf(bucket)) {
      const Delete = { Objects: objects.map(({ Key }) => ({ Key })), Quiet: true }
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }))
    }
    await client.send(new DeleteBucketCommand({ Bucket: bucket }))
    made.delete(bucket)
  }

  return {
    /** Makes one and gives its name. */
    async make() {
      const bucket = `minilake-bench-${process.pid}-${Date.now()}`
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
      made.add(bucket)
      return bucket
    },
    /** How many objects, and bytes in them, one has. */
    async look(bucket) {
      let [files, bytes] = [0, 0]
      for await (const objects of objectsOf(bucket)) {
        files += objects.length
        for (const { Size } of objects) bytes += Size
      }
      return { files, bytes }
    },
    remove,
    /** Removes those that are left. */
    async close() {
      for (const bucket of made) await remove(bucket)
      client.destroy()
    },
  }
}
