// usage: node lib-storage.js '{ "folder" or "streamBytes", "endpoint", "bucket" }': uploads the files of a folder, four at once, or a
// stream of bytes, with the defaults of lib-storage.
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { timed } from '../generate/timed.js'
import { streamOf } from './stream.js'
import { versionOf } from './version.js'

const { folder, streamBytes, endpoint, bucket } = JSON.parse(process.argv[2])

await timed(
  async () => {
    const client = new S3Client({ endpoint, forcePathStyle: true })
    const upload = (key, body) =>
      new Upload({ client, params: { Bucket: bucket, Key: key, Body: body } }).done()
    if (!folder) return upload('bench/stream', Readable.from(streamOf(streamBytes)))
    const keys = readdirSync(join(folder, 'bench')).map((name) => `bench/${name}`)
    const work = async () => {
      for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
        await upload(key, createReadStream(join(folder, key)))
      }
    }
    return Promise.all([work(), work(), work(), work()])
  },
  { version: versionOf('@aws-sdk/lib-storage') },
)
