import { chmod, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { identityOf, localFiles, partBytes, publish, type PublishableObject } from '@minilake/ingest'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bytesOf, collect } from '../fixtures/byte-stream.js'
import { storeAt } from '../fixtures/fake-s3.js'
import { memoryS3 } from '../fixtures/memory-s3.js'
import { tempFolder, writeFiles } from '../fixtures/temp-folder.js'

beforeAll(() => vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true'))

describe('publishing to S3', () => {
  it('sends one request per small object, and one listing', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { 'pump/a': 'a', 'pump/b': 'b', 'pump/c': '' })
    const { endpoint, asked } = await memoryS3()
    expect(await publish(localFiles(folder), storeAt(endpoint))).toMatchObject({ published: 3 })
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['GET', 'PUT', 'PUT', 'PUT'])
  })

  it('sends only listings if 3,000 files are already published', async () => {
    const folder = await tempFolder()
    const { endpoint, asked, objects } = await memoryS3()
    const contents: Record<string, string> = {}
    for (let index = 0; index < 3000; index += 1)
      contents[`pump/${String(index).padStart(5, '0')}`] = `${index}`
    await writeFiles(folder, contents)
    for (const [key, text] of Object.entries(contents)) {
      const { etag } = await identityOf(bytesOf(text))
      objects.set(key, { bytes: Buffer.from(text), etag, headers: {} })
    }
    const report = await publish(localFiles(folder), storeAt(endpoint))
    expect(report).toMatchObject({ published: 0, unchanged: 3000, conflicts: [], failures: [] })
    expect(asked).toHaveLength(3)
    expect(asked.every((line) => line.startsWith('GET ') && line.includes('list-type=2'))).toBe(true)
  })

  it('sends one listing for a new file, whatever else its folder holds', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { 'pump/02500-new': 'x' })
    const { endpoint, asked, objects } = await memoryS3()
    for (let index = 0; index < 5000; index += 1)
      objects.set(`pump/${String(index).padStart(5, '0')}`, {
        bytes: Buffer.alloc(1),
        etag: '1',
        headers: {},
      })
    expect(await publish(localFiles(folder), storeAt(endpoint))).toMatchObject({ published: 1 })
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['GET', 'PUT'])
  })

  it('sends no more listings for 100 partitions of one file each than for one', async () => {
    const folder = await tempFolder()
    const { endpoint, asked } = await memoryS3()
    const keys = Array.from({ length: 100 }, (_, index) => `pump/day=${String(index).padStart(4, '0')}/a`)
    await writeFiles(folder, Object.fromEntries(keys.map((key) => [key, 'x'])))
    expect(await publish(localFiles(folder), storeAt(endpoint))).toMatchObject({ published: 100 })
    expect(asked.filter((line) => !line.startsWith('PUT '))).toHaveLength(1)
  })

  it('reports what it cannot compare, and replaces it only with overwrite', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { 'pump/a': 'abc', 'pump/b': 'abc' })
    const { endpoint, objects } = await memoryS3()
    const headers = { 'x-amz-server-side-encryption': 'aws:kms' }
    for (const key of ['pump/a', 'pump/b'])
      objects.set(key, { bytes: Buffer.from('abc'), etag: '0'.repeat(32), headers })
    const store = storeAt(endpoint)
    const report = await publish(localFiles(folder), store)
    expect(report).toMatchObject({ published: 0, unchanged: 0, conflicts: [], failures: [] })
    expect(report.unverifiable.map(({ key, outcome, reason }) => [key, outcome, reason])).toEqual(
      ['pump/a', 'pump/b'].map((key) => [
        key,
        'unverifiable',
        `s3://iot-time-series/${key} already exists, and its ETag does not show whether the content is the same: compare the bytes, or overwrite it`,
      ]),
    )
    expect(await publish(localFiles(folder), store, { overwrite: true })).toMatchObject({ replaced: 2 })
  })

  it('compares files with KMS keys by a stored SHA-256', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { 'pump/a': 'abc' })
    const { endpoint, objects } = await memoryS3()
    const store = storeAt(endpoint, { sha256InMetadata: true })
    await publish(localFiles(folder), store)
    const held = objects.get('pump/a')
    Object.assign(held ?? {}, { etag: '0'.repeat(32) })
    Object.assign(held?.headers ?? {}, { 'x-amz-server-side-encryption': 'aws:kms' })
    expect(await publish(localFiles(folder), store)).toMatchObject({
      ...{ unchanged: 1, unchangedByCrc: 0, unverifiable: [] },
    })
    await writeFiles(folder, { 'pump/a': 'abd' })
    expect(await publish(localFiles(folder), store)).toMatchObject({ conflicts: [{ key: 'pump/a' }] })
  })

  it.each(['files', 'streams'])(
    'compares %s with KMS keys by the CRC32 that the store keeps',
    async (kind) => {
      const folder = await tempFolder()
      const large = Buffer.alloc(partBytes + 1, 'large')
      await writeFiles(folder, { 'pump/a': 'abc', 'pump/large': large.toString() })
      const objects = (text: string): AsyncIterable<PublishableObject> | PublishableObject[] =>
        kind === 'files'
          ? localFiles(folder)
          : [
              { key: 'pump/a', bytes: bytesOf(text) },
              { key: 'pump/large', bytes: [large] },
            ]
      const { endpoint } = await memoryS3({ kms: true })
      expect(await publish(objects('abc'), storeAt(endpoint))).toMatchObject({ published: 2, failures: [] })
      expect(await publish(objects('abc'), storeAt(endpoint))).toMatchObject({
        ...{ published: 0, unchanged: 2, unchangedByCrc: 2, unverifiable: [], failures: [] },
      })
      await writeFiles(folder, { 'pump/a': 'abd' })
      expect(await publish(objects('abd'), storeAt(endpoint))).toMatchObject({
        ...{ unchanged: 1, conflicts: [{ key: 'pump/a' }] },
      })
    },
  )

  it('names kms:Decrypt if the store reveals an object, but not its checksum', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { 'pump/a': 'abc' })
    const { endpoint } = await memoryS3({
      kms: true,
      refuse: (asked, headers) =>
        asked.startsWith('HEAD') && headers['x-amz-checksum-mode'] ? [403, ''] : undefined,
    })
    await publish(localFiles(folder), storeAt(endpoint))
    expect((await publish(localFiles(folder), storeAt(endpoint))).unverifiable).toMatchObject([
      {
        reason:
          "s3://iot-time-series/pump/a already exists, and its ETag does not show whether the content is the same; its checksum would, but access to it is denied, so give the user the right kms:Decrypt on the bucket's key: compare the bytes, or overwrite it",
      },
    ])
    expect(await publish(localFiles(folder), storeAt(endpoint), { overwrite: true })).toMatchObject({
      replaced: 1,
    })
  })

  it('reports each file that cannot be published with its own reason, and publishes the others', async () => {
    const folder = await tempFolder()
    const long = 'x'.repeat(200)
    await writeFiles(folder, {
      'pump/a b%20ü&.parquet': 'odd',
      'pump/empty': '',
      'pump/gone': 'x',
      'pump/grown': 'x',
    })
    await writeFiles(folder, { [`pump/${[1, 2, 3, 4, 5, 6].map(() => long).join('/')}`]: 'x' })
    const files = await collect(localFiles(folder))
    await rm(join(folder, 'pump/gone'))
    await writeFiles(folder, { 'pump/grown': 'xyz' })
    const { endpoint, objects } = await memoryS3()
    const report = await publish(files, storeAt(endpoint))
    expect(report.published).toBe(2)
    expect([...objects.keys()].sort()).toEqual(['pump/a b%20ü&.parquet', 'pump/empty'])
    expect(report.failures.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^cannot write s3:\S+\/pump\/gone: cannot read .*: no such file or folder$/),
      expect.stringMatching(/^cannot write s3:\S+: cannot read .*: it changed while it was being read/),
      expect.stringMatching(/^object key expected 1 to 1024 bytes, got \d+: /),
    ])
  })

  it('names a file that it may not read', async () => {
    const folder = await tempFolder()
    await writeFiles(folder, { 'pump/a': 'x' })
    await chmod(join(folder, 'pump/a'), 0)
    const files = await collect(localFiles(folder))
    const { endpoint } = await memoryS3()
    // Root may read everything, so become another user.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    try {
      const report = await publish(files, storeAt(endpoint))
      expect(report.failures[0]?.reason).toMatch(/: cannot read .*a: permission denied$/)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  it('keeps no more parts in memory than concurrency allows, for any number of large files', async () => {
    const { endpoint } = await memoryS3()
    const size = 3 * partBytes
    const buffers = new Set<ArrayBufferLike>()
    const objects = ['a', 'b', 'c'].map((key) => ({
      ...{ key, size, bytes: [] },
      readInto: (target: Uint8Array) => {
        buffers.add(target.buffer)
        target.fill(key.charCodeAt(0))
        return Promise.resolve()
      },
    }))
    const report = await publish(objects, storeAt(endpoint), { concurrency: 2 })
    expect(report).toMatchObject({ published: 3, bytes: 3 * size, failures: [] })
    expect(buffers.size).toBe(2)
  })
})
