import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { etagOfParts } from '../src/etag.js'
import { bucket, listen } from './fake-s3.js'

interface HeldObject {
  bytes: Buffer
  etag: string
  headers: Record<string, string>
}

interface HeldUpload {
  key: string
  initiated: Date
  headers: Record<string, string>
  parts: Map<number, Buffer>
}

/** What a server does otherwise than S3. */
interface Oddity {
  /** It takes `If-None-Match` and does as if it were not there, perhaps only where uploads are completed. */
  ignoresIfNoneMatch?: boolean | 'uploads'
  /** How many objects, uploads and parts a page of a list has. Default 1,000. */
  pageSize?: number
  /** Answers a request in its own way: an error's status and code. */
  refuse?: (asked: string) => [status: number, code: string] | undefined
  /** Answers a request only once this is over. */
  hold?: (asked: string) => Promise<void> | undefined
}

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')
const tag = (name: string, text: string | number) => `<${name}>${text}</${name}>`

/** A server for one test that keeps objects and uploads in memory, as S3 does; tells what was asked. */
export async function memoryS3({ ignoresIfNoneMatch = false, pageSize = 1000, refuse, hold }: Oddity = {}) {
  const objects = new Map<string, HeldObject>()
  const uploads = new Map<string, HeldUpload>()
  const asked: string[] = []
  let began = 0

  const server = createServer((request, response) => {
    void receive(request, response).catch(() => response.destroy()) // the client broke off
  })

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    const url = new URL(request.url ?? '', 'http://localhost')
    const line = `${request.method} ${url.pathname}${url.search}`
    asked.push(line)
    await hold?.(line)
    const refused = refuse?.(line)
    if (refused) return fail(response, ...refused)
    const key = decodeURIComponent(url.pathname.slice(bucket.length + 2))
    return answer({ request, response, body, key, query: url.searchParams })
  }

  function answer({ request, response, body, key, query }: Asked): void {
    const uploadId = query.get('uploadId')
    const upload = uploads.get(uploadId ?? '')
    const ignores = ignoresIfNoneMatch === 'uploads' ? uploadId !== null : ignoresIfNoneMatch
    const isTaken = request.headers['if-none-match'] === '*' && !ignores && objects.has(key)
    if (uploadId !== null && upload?.key !== key) return fail(response, 404, 'NoSuchUpload')
    switch (`${request.method} ${uploadId === null ? (key === '' ? 'bucket' : 'object') : 'upload'}`) {
      case 'GET bucket':
        return say(response, query.has('uploads') ? uploadList(query) : objectList(query))
      case 'POST object': {
        const id = String((began += 1))
        uploads.set(id, { key, initiated: new Date(), headers: metadataOf(request), parts: new Map() })
        return say(response, tag('InitiateMultipartUploadResult', tag('UploadId', id)))
      }
      case 'PUT upload':
        upload?.parts.set(Number(query.get('partNumber')), body)
        return say(response, '', { etag: `"${md5(body)}"`, ...checksumOf(request) })
      case 'GET upload':
        return say(response, partList(upload as HeldUpload, query))
      case 'DELETE upload':
        uploads.delete(uploadId ?? '')
        return say(response, '')
      case 'POST upload': {
        if (isTaken) return fail(response, 412, 'PreconditionFailed')
        const { parts, headers } = upload as HeldUpload
        const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)
        const etag = etagOfParts(inOrder.map(md5))
        objects.set(key, { bytes: Buffer.concat(inOrder), etag, headers })
        uploads.delete(uploadId ?? '')
        return say(response, tag('CompleteMultipartUploadResult', tag('ETag', `"${etag}"`)))
      }
      case 'PUT object': {
        if (isTaken) return fail(response, 412, 'PreconditionFailed')
        const etag = md5(body)
        objects.set(key, { bytes: body, etag, headers: metadataOf(request) })
        return say(response, '', { etag: `"${etag}"`, ...checksumOf(request) })
      }
      case 'DELETE object':
        objects.delete(key)
        return say(response, '')
      default: {
        const object = objects.get(key)
        if (!object) return fail(response, 404, request.method === 'HEAD' ? '' : 'NoSuchKey')
        const headers = {
          etag: `"${object.etag}"`,
          ...object.headers,
          'content-length': String(object.bytes.length),
        }
        return say(response, request.method === 'HEAD' ? '' : object.bytes, headers)
      }
    }
  }

  function objectList(query: URLSearchParams): string {
    const after = query.get('continuation-token') ?? ''
    const keys = [...objects.keys()]
      .sort()
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
    const page = keys.slice(0, pageSize)
    const contents = page.map((key) => {
      const { bytes, etag } = objects.get(key) as HeldObject
      return tag('Contents', tag('Key', key) + tag('Size', bytes.length) + tag('ETag', `"${etag}"`))
    })
    const next = keys.length > pageSize ? tag('NextContinuationToken', page.at(-1) ?? '') : ''
    const more = tag('IsTruncated', String(keys.length > pageSize))
    return tag('ListBucketResult', tag('Name', bucket) + more + next + contents.join(''))
  }

  function uploadList(query: URLSearchParams): string {
    const ids = [...uploads]
      .filter(([, { key }]) => key.startsWith(query.get('prefix') ?? ''))
      .map(([id]) => id)
    const rest = ids.slice(ids.indexOf(query.get('upload-id-marker') ?? '') + 1)
    const page = rest.slice(0, pageSize)
    const listed = page.map((id) => {
      const { key, initiated } = uploads.get(id) as HeldUpload
      return tag('Upload', tag('Key', key) + tag('UploadId', id) + tag('Initiated', initiated.toISOString()))
    })
    const last = page.at(-1) ?? ''
    const next = tag('NextKeyMarker', uploads.get(last)?.key ?? '') + tag('NextUploadIdMarker', last)
    const more = tag('IsTruncated', String(rest.length > pageSize)) + (rest.length > pageSize ? next : '')
    return tag('ListMultipartUploadsResult', more + listed.join(''))
  }

  function partList({ parts, headers, initiated }: HeldUpload, query: URLSearchParams): string {
    const rest = [...parts].filter(([number]) => number > Number(query.get('part-number-marker') ?? 0))
    rest.sort(([a], [b]) => a - b)
    const page = rest.slice(0, pageSize)
    const listed = page.map(([number, bytes]) => {
      const fields = tag('PartNumber', number) + tag('Size', bytes.length) + tag('ETag', `"${md5(bytes)}"`)
      return tag('Part', fields + tag('LastModified', initiated.toISOString()))
    })
    const next = rest.length > pageSize ? tag('NextPartNumberMarker', page.at(-1)?.[0] ?? 0) : ''
    const algorithm = headers['x-amz-checksum-algorithm']
    const kind = algorithm === undefined ? '' : tag('ChecksumAlgorithm', algorithm)
    const more = tag('IsTruncated', String(rest.length > pageSize))
    return tag('ListPartsResult', more + next + kind + listed.join(''))
  }

  return { endpoint: await listen(server), asked, objects, uploads }
}

interface Asked {
  request: IncomingMessage
  response: ServerResponse
  body: Buffer
  key: string
  query: URLSearchParams
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function metadataOf({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => /^x-amz-(meta-|checksum-algorithm)/.test(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}

function checksumOf({ headers }: IncomingMessage): Record<string, string> {
  const sent = headers['x-amz-checksum-crc32']
  return typeof sent === 'string' ? { 'x-amz-checksum-crc32': sent } : {}
}

function say(response: ServerResponse, body: string | Buffer, headers: Record<string, string> = {}): void {
  response
    .writeHead(200, { 'x-amz-request-id': '17', 'content-length': String(body.length), ...headers })
    .end(body)
}

function fail(response: ServerResponse, status: number, code: string): void {
  const body = code === '' ? '' : tag('Error', tag('Code', code) + tag('Message', 'in the words of S3'))
  response.writeHead(status, { 'x-amz-request-id': '17' }).end(body)
}
