import { ListObjectVersionsCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3'
import { s3Store } from '@minilake/ingest/s3'
import { expect, inject, it } from 'vitest'
import { errorOf } from '../fixtures/fake-s3.js'
import { freshBucket } from '../fixtures/fresh-bucket.js'

const { endpoint, credentials, maintainer } = inject('stack')
const bucket = 'iot-time-series'

it('tells who may remove, below which prefix', async () => {
  const publishing = s3Store({ bucket, endpoint, credentials })
  for (const prefix of ['_truth/pump/', '_probe/']) await publishing.checkRemoval(prefix)
  expect(await errorOf(publishing.checkRemoval('pump/'))).toMatchObject({
    code: 'AccessDenied',
    message: expect.stringContaining('lacks the right s3:DeleteObject') as string,
  })
  const maintaining = s3Store({ bucket, endpoint, credentials: maintainer })
  await maintaining.checkRemoval('pump/')
  for (const prefix of ['iot_dw/', 'warehouse/'])
    expect(await errorOf(maintaining.checkRemoval(prefix))).toMatchObject({ code: 'AccessDenied' })
})

it('leaves nothing in a bucket with versions of MinIO, which makes no delete marker for a key without an object', async () => {
  const { options, client } = await freshBucket()
  const Bucket = options.bucket
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  )
  await s3Store(options).checkRemoval('pump/')
  const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }))
  expect([...Versions, ...DeleteMarkers]).toEqual([])
})
