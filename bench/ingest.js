import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bucketsAt } from './ingest/buckets.js'
import { prepareFiles } from './ingest/files.js'
import { findPeers } from './ingest/peers.js'
import { compareUploads, summarizeUpload, uploadTable } from './ingest/results.js'
import { runUpload } from './ingest/run-upload.js'
import { startMinio, startSink } from './ingest/servers.js'

export const options = {
  endpoint: { type: 'string' },
  peers: { type: 'boolean', default: false },
  python: { type: 'string' },
  tools: { type: 'string' },
  'stream-gib': { type: 'string', default: '1' },
}

/** What minilake is measured with: as it is, and without what it is asked to do beside sending. */
const ours = {
  minilake: {},
  'minilake, no create-once': { overwrite: true },
  'minilake, no checksums': { checksums: 'none' },
}

/**
 * Files into a bucket of MinIO, which this starts (or of the S3 at `endpoint`): ours beside bare lib-storage, and with `peers` beside
 * s5cmd, mc and boto3; and a stream into a server that only counts it, which shows what memory that takes.
 */
export async function prepare({ folder, endpoint, peers: isWithPeers, python, tools, ...rest }) {
  const streamBytes = rest['stream-gib'] * 2 ** 30
  const peers = isWithPeers ? await findPeers({ python, tools }) : { missing: [], versions: [], found: {} }
  const store = endpoint ? { endpoint, version: endpoint } : await startMinio({ folder })
  const sink = await startSink()
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  process.env.AWS_REGION ??= 'us-east-1'
  const buckets = bucketsAt(store)
  const environment = store.credentials ?? {}
  const node = (file, task) => (bucket) => ({
    command: process.execPath,
    args: [pathOf(file), JSON.stringify({ ...task, bucket })],
    environment,
  })

  const uploads = Object.entries(prepareFiles(folder)).flatMap(([input, { files, bytes, write, path }]) => {
    const upload = (rest) => ({ input, files, bytes, before: write, server: store, ...rest })
    const task = { folder: path, endpoint: store.endpoint }
    return [
      ...Object.entries(ours).map(([name, settings]) =>
        upload({
          name,
          ours: name === 'minilake',
          isTimed: true,
          words: node('minilake.js', { ...task, ...settings }),
        }),
      ),
      upload({ name: 'lib-storage', isTimed: true, words: node('lib-storage.js', task) }),
      ...Object.entries(peers.found).map(([name, peer]) =>
        upload({
          name,
          isTimed: peer.isTimed,
          words: (bucket) => peer.words({ ...task, bucket, environment }),
        }),
      ),
    ]
  })
  const streams = ['minilake', 'lib-storage'].map((name) => ({
    ...{ name, ours: name === 'minilake', input: `stream of ${rest['stream-gib']} GiB`, isTimed: true },
    ...{ files: 1, bytes: streamBytes, server: sink },
    words: node(`${name}.js`, { endpoint: sink.endpoint, streamBytes }),
  }))

  return {
    contenders: [...uploads, ...streams],
    run: (contender) => runUpload(contender, { buckets }),
    summarize: summarizeUpload,
    compare: compareUploads,
    table: uploadTable,
    heading: (results) => [
      'files: 4 at once, into an empty bucket each time; the stream: into a server that counts and forgets it',
      's in the process, from imports done to everything there, where the contender is ours, lib-storage or boto3; else of the whole process',
      `versions: ${[store.version, ...peers.versions, ...new Set(results.flatMap(({ version }) => version ?? []))].join(', ')}`,
      ...peers.missing.map((peer) => `without ${peer}`),
    ],
    close: async () => {
      await buckets.close()
      await Promise.all([sink.stop(), store.stop?.()])
    },
  }
}

function pathOf(file) {
  return fileURLToPath(new URL(join('ingest', file), import.meta.url))
}
