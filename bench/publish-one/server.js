// usage: node server.js PORT HELD FOLDERS: answers listings, HEAD and PUT as S3 does, for HELD keys in FOLDERS folders; counts requests
// and forgets what is put.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { content, keyIn } from './keys.js'

const [port, held, folders] = process.argv.slice(2).map(Number)
const keys = Array.from({ length: held }, (_, index) =>
  keyIn(Math.floor(index / (held / folders)), index % (held / folders)),
)
const etag = createHash('md5').update(content).digest('hex')
const pageKeys = 1000
let requests = {}

/** The index of the first key that is not before this one. */
function indexOf(key) {
  let [from, to] = [0, keys.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (keys[middle] < key) from = middle + 1
    else to = middle
  }
  return from
}

function listing(query) {
  const prefix = query.get('prefix') ?? ''
  const after = query.get('continuation-token') ?? query.get('start-after')
  let from = indexOf(after ?? prefix)
  if (keys[from] === after) from += 1
  const page = keys.slice(from, from + pageKeys).filter((key) => key.startsWith(prefix))
  const contents = page.map(
    (key) =>
      `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${content.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  )
  const isTruncated = page.length === pageKeys && from + pageKeys < keys.length
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
  return `<ListBucketResult><Name>bench</Name><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`
}

const answers = {
  LIST: (response, { query }) => response.end(listing(query)),
  GET: (response) => response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>'),
  HEAD: (response, { key }) => {
    if (keys[indexOf(key)] !== key) return response.writeHead(404).end()
    return response.writeHead(200, { etag: `"${etag}"`, 'content-length': content.length }).end()
  },
  PUT: (response, { headers }) => {
    const checksum = headers['x-amz-checksum-crc32']
    if (checksum) response.setHeader('x-amz-checksum-crc32', checksum)
    response.setHeader('etag', `"${etag}"`)
    response.end()
  },
}

createServer((request, response) => {
  const { pathname, searchParams: query } = new URL(request.url, 'http://server')
  if (request.method === 'REPORT') {
    response.end(JSON.stringify(requests))
    requests = {}
    return
  }
  const key = decodeURIComponent(pathname).split('/').slice(2).join('/')
  const method = request.method === 'GET' && key === '' ? 'LIST' : request.method
  requests[method] = (requests[method] ?? 0) + 1
  response.setHeader('x-amz-request-id', 'bench')
  request.resume().on('end', () => answers[method](response, { key, query, headers: request.headers }))
}).listen(port, '127.0.0.1')
