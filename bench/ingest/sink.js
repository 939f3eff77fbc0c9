// usage: node sink.js PORT: a server that answers uploads as S3 does, counts their bytes and forgets them.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

// Of every part and object: contenders that compute an MD5 of their own to compare it would be measured with that.
const etag = '0'.repeat(32)
const etagOf = (parts) =>
  `${createHash('md5')
    .update(Buffer.alloc(16 * parts))
    .digest('hex')}-${parts}`
let taken = { files: 0, bytes: 0 }

const answers = {
  /** Beside S3: what was taken since it was asked last. */
  REPORT(_request, response) {
    response.end(JSON.stringify(taken))
    taken = { files: 0, bytes: 0 }
  },
  GET: (request, response) =>
    response.end(
      request.query.has('uploads')
        ? '<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>'
        : `<ListBucketResult><Name>${request.bucket}</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>`,
    ),
  HEAD(_request, response) {
    response.statusCode = 404
    response.end()
  },
  DELETE(_request, response) {
    response.statusCode = 204
    response.end()
  },
  POST(request, response) {
    const { bucket, key, query } = request
    const names = `<Bucket>${bucket}</Bucket><Key>${key}</Key>`
    if (query.has('uploads')) {
      const result = `<InitiateMultipartUploadResult>${names}<UploadId>an-upload</UploadId></InitiateMultipartUploadResult>`
      return response.end(result)
    }
    taken.files += 1
    const parts = request.text.match(/<Part>/g).length
    const result = `<CompleteMultipartUploadResult>${names}<ETag>"${etagOf(parts)}"</ETag></CompleteMultipartUploadResult>`
    return response.end(result)
  },
  PUT(request, response) {
    const checksum = request.headers['x-amz-checksum-crc32']
    if (checksum) response.setHeader('x-amz-checksum-crc32', checksum)
    response.setHeader('etag', `"${etag}"`)
    if (!request.query.has('partNumber')) taken.files += 1
    response.end()
  },
}

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://sink')
  const [, bucket, ...key] = decodeURIComponent(pathname).split('/')
  Object.assign(request, { bucket, key: key.join('/'), query: searchParams, text: '' })
  response.setHeader('x-amz-request-id', 'sink')
  request.on('data', (chunk) => {
    if (request.method === 'PUT') taken.bytes += chunk.length
    else request.text += chunk
  })
  request.on('end', () => answers[request.method](request, response))
}).listen(Number(process.argv[2]), '127.0.0.1')
