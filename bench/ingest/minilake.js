// usage: node minilake.js '{ "folder" or "streamBytes", "endpoint", "bucket", "overwrite", "checksums" }': publishes the files of a
// folder, or a stream of bytes.
import { localFiles, publish } from '@minilake/ingest'
import { s3Store } from '@minilake/ingest/s3'
import { timed } from '../generate/timed.js'
import { streamOf } from './stream.js'
import { versionOf } from './version.js'

const {
  folder,
  streamBytes,
  endpoint,
  bucket,
  overwrite = false,
  checksums = 'crc32',
} = JSON.parse(process.argv[2])

await timed(
  async () => {
    const store = s3Store({ bucket, endpoint, checksums })
    const objects = folder ? localFiles(folder) : [{ key: 'bench/stream', bytes: streamOf(streamBytes) }]
    const { conflicts, failures } = await publish(objects, store, { overwrite })
    for (const { key, reason } of [...conflicts, ...failures]) throw new Error(`${key}: ${reason}`)
  },
  { version: versionOf('@minilake/ingest') },
)
