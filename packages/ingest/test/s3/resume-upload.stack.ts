import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { localFiles, partBytes, publish } from '@minilake/ingest'
import { s3Store } from '@minilake/ingest/s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect } from '../fixtures/byte-stream.js'
import { buildChild, childPublisher } from '../fixtures/child-publisher.js'
import { freshBucket } from '../fixtures/fresh-bucket.js'
import { expectPublished, sourceFolder } from '../fixtures/source-folder.js'
import { tcpProxy } from '../fixtures/tcp-proxy.js'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

const mebi = 1024 * 1024
const key = 'pump/a.parquet'

let child: Awaited<ReturnType<typeof buildChild>>
beforeAll(async () => {
  child = await buildChild()
})
afterAll(() => child.remove())

/**
 * A folder with a file of 6 parts, an empty bucket, and a proxy that can cut the connections to it. Four parts are sent at a time, so
 * at least one is complete once the bytes of more than four have been sent.
 */
async function scene({ size = 5 * partBytes + mebi }: { size?: number } = {}) {
  const folder = await sourceFolder({ [key]: size })
  const { options, unfinished } = await freshBucket()
  const proxy = await tcpProxy(options.endpoint)
  const store = s3Store({ ...options, resumeAfterSeconds: 0 })
  const proxied = { ...options, endpoint: proxy.endpoint, resumeAfterSeconds: 0, maxAttempts: 2 }
  return { folder, options, proxied, proxy, store, unfinished }
}

describe('an upload whose connections are cut', () => {
  it('leaves its parts, and is resumed', async () => {
    const { folder, proxied, proxy, store } = await scene()
    proxy.trouble.cutAfterBytes = 4.5 * partBytes
    const first = await publish(localFiles(folder), s3Store(proxied))
    expect(first).toMatchObject({ published: 0, failures: [{ key }] })
    expect(first.failures[0]?.reason).toMatch(
      /^cannot write s3:\S+: .*(closed the connection|nothing is listening)/,
    )
    expect(await collect(store.list(''))).toEqual([])
    const [left] = await collect(store.unfinishedUploads())
    expect(left).toMatchObject({ key })

    const second = await publish(localFiles(folder), store)
    expect(second).toMatchObject({ published: 1, partsResumed: left?.parts, failures: [] })
    expect(second.partsResumed).toBeGreaterThan(0)
    await expectPublished(folder, store)
    expect(await collect(store.unfinishedUploads())).toEqual([])
  })

  it('is resumed again if it is cut while it is resumed', async () => {
    const { folder, proxied, proxy, store } = await scene({ size: 9 * partBytes + mebi })
    const parts: number[] = []
    for (const cutAfterBytes of [4.5 * partBytes, 4.5 * partBytes]) {
      proxy.trouble.cutAfterBytes = proxy.seen.bytes + cutAfterBytes
      expect(await publish(localFiles(folder), s3Store(proxied))).toMatchObject({ failures: [{ key }] })
      const uploads = await collect(store.unfinishedUploads())
      expect(uploads).toHaveLength(1)
      parts.push(uploads[0]?.parts ?? 0)
    }
    const report = await publish(localFiles(folder), store)
    expect(report).toMatchObject({ published: 1, partsResumed: parts[1] })
    expect(parts[1]).toBeGreaterThan(parts[0] ?? 0)
    await expectPublished(folder, store)
  })

  it('is not resumed if the file has different content now, or while it may still be running', async () => {
    const { folder, options, proxied, proxy, store, unfinished } = await scene()
    proxy.trouble.cutAfterBytes = 4.5 * partBytes
    await publish(localFiles(folder), s3Store(proxied))
    expect(await unfinished()).toEqual([key])

    const young = await publish(localFiles(folder), s3Store(options))
    expect(young).toMatchObject({ published: 1, partsResumed: 0 })
    await store.remove(key)

    await writeFile(join(folder, key), Buffer.alloc(5 * partBytes + mebi, 'other'))
    expect(await publish(localFiles(folder), store)).toMatchObject({ published: 1, partsResumed: 0 })
    await expectPublished(folder, store)
    for await (const upload of store.unfinishedUploads(['pump/'])) await store.abortUpload(upload)
    expect(await unfinished()).toEqual([])
  })

  it('is not resumed if its parts carry other checksums', async () => {
    const { folder, proxied, proxy, store } = await scene()
    proxy.trouble.cutAfterBytes = 4.5 * partBytes
    await publish(localFiles(folder), s3Store({ ...proxied, checksums: 'none' }))
    expect(await collect(store.unfinishedUploads())).toMatchObject([{ key }])
    expect(await publish(localFiles(folder), store)).toMatchObject({ published: 1, partsResumed: 0 })
    await expectPublished(folder, store)
    for await (const upload of store.unfinishedUploads()) await store.abortUpload(upload)
  })
})

describe('a connection', () => {
  const sizes = {
    'pump/a': 2 * partBytes + 1,
    'pump/b': partBytes,
    'pump/c': mebi,
    'pump/d': 0,
    'pump/e': 10,
  }

  it('that is slow and breaks now and then lets all files through', async () => {
    const folder = await sourceFolder(sizes)
    const { options, unfinished } = await freshBucket()
    const proxy = await tcpProxy(options.endpoint)
    Object.assign(proxy.trouble, { delayMillis: 1, dropAfterBytes: 10 * mebi, drops: 3 })
    const store = s3Store({ ...options, endpoint: proxy.endpoint, maxAttempts: 5 })
    expect(await publish(localFiles(folder), store)).toMatchObject({ published: 5, failures: [] })
    expect(proxy.seen.dropped).toBe(3)
    await expectPublished(folder, s3Store(options))
    expect(await unfinished()).toEqual([])
  })

  it.each([
    ['completes an upload', /^POST .*uploadId=/, 'pump/a'],
    ['puts an object', /^PUT .*pump\/e/, 'pump/e'],
  ])(
    'that loses the response to a request that %s neither loses nor doubles it',
    async (_, swallow, lost) => {
      const folder = await sourceFolder(sizes)
      const { options, unfinished } = await freshBucket()
      const proxy = await tcpProxy(options.endpoint)
      Object.assign(proxy.trouble, { swallow, swallows: 1 })
      const outcomes: string[] = []
      const report = await publish(localFiles(folder), s3Store({ ...options, endpoint: proxy.endpoint }), {
        onObject: ({ key: done, outcome }) => {
          if (done === lost) outcomes.push(outcome)
        },
      })
      expect(proxy.seen.swallowed).toBe(1)
      expect(report).toMatchObject({ published: 5, unchanged: 0, conflicts: [], failures: [] })
      expect(outcomes).toEqual(['published'])
      await expectPublished(folder, s3Store(options))
      expect(await unfinished()).toEqual([])
    },
  )

  it('that loses the response to the completion of a resumed upload counts it as published', async () => {
    const { folder, proxied, proxy, store, unfinished } = await scene()
    proxy.trouble.cutAfterBytes = 4.5 * partBytes
    await publish(localFiles(folder), s3Store(proxied))
    Object.assign(proxy.trouble, { cutAfterBytes: Infinity, swallow: /^POST .*uploadId=/, swallows: 1 })
    const report = await publish(localFiles(folder), s3Store(proxied))
    expect(proxy.seen.swallowed).toBe(1)
    expect(report).toMatchObject({ published: 1, unchanged: 0 })
    expect(report.partsResumed).toBeGreaterThan(0)
    await expectPublished(folder, store)
    expect(await unfinished()).toEqual([])
  })

  it('that loses every response to a completion fails the run, and the next run finds the object', async () => {
    const { folder, proxied, proxy, store, unfinished } = await scene()
    Object.assign(proxy.trouble, { swallow: /^POST .*uploadId=/, swallows: Infinity })
    const first = await publish(localFiles(folder), s3Store(proxied))
    expect(first).toMatchObject({ published: 0, failures: [{ key }] })
    expect(await publish(localFiles(folder), store)).toMatchObject({ published: 0, unchanged: 1 })
    await expectPublished(folder, store)
    expect(await unfinished()).toEqual([])
  })
})

describe('a killed process', () => {
  it('leaves parts that the next process resumes, twice in a row', async () => {
    const { folder, options, store } = await scene({ size: 8 * partBytes + 1 })
    const job = { options: { ...options, resumeAfterSeconds: 0 }, folder, key, holdsLastPart: true }
    const parts: number[] = []
    for (const least of [partBytes, 6 * partBytes]) {
      const publisher = childPublisher(child.program, job)
      await publisher.until(
        'progress',
        ({ bytesDone }) => bytesDone >= (parts.length === 0 ? least : partBytes),
      )
      await publisher.kill()
      expect(await collect(store.list(''))).toEqual([])
      const uploads = await collect(store.unfinishedUploads())
      expect(uploads).toHaveLength(1)
      parts.push(uploads[0]?.parts ?? 0)
    }
    expect(parts[0]).toBeGreaterThan(0)
    expect(parts[1]).toBeGreaterThan(parts[0] ?? 0)
    const report = await publish(localFiles(folder), store)
    expect(report).toMatchObject({ published: 1, partsResumed: parts[1] })
    await expectPublished(folder, store)
    expect(await collect(store.unfinishedUploads())).toEqual([])
  })
})

describe('20 processes that hold back their last part until all are ready', { timeout: 240_000 }, () => {
  async function race(contents: 'different' | 'the same') {
    const { options, unfinished } = await freshBucket()
    const same = await sourceFolder({ [key]: partBytes + 1 })
    const folders = await Promise.all(
      Array.from({ length: 20 }, async () =>
        contents === 'the same' ? same : sourceFolder({ [key]: partBytes + 1 }),
      ),
    )
    const publishers = folders.map((folder) =>
      childPublisher(child.program, { options, folder, key, holdsLastPart: true }),
    )
    await Promise.all(publishers.map(({ until }) => until('holding')))
    publishers.forEach(({ go }) => go())
    const reports = await Promise.all(publishers.map(async ({ until }) => (await until('done')).report))
    const winner = reports.findIndex(({ published }) => published === 1)
    await expectPublished(folders[winner] ?? '', s3Store(options))
    expect(await unfinished()).toEqual([])
    const sum = (field: 'published' | 'unchanged') =>
      reports.reduce((total, report) => total + report[field], 0)
    const lists = (field: 'conflicts' | 'failures') => reports.flatMap((report) => report[field]).length
    return {
      ...{ published: sum('published'), unchanged: sum('unchanged') },
      ...{ conflicts: lists('conflicts'), failures: lists('failures') },
    }
  }

  it('with different content: one wins, 19 report a conflict', async () => {
    expect(await race('different')).toEqual({ published: 1, unchanged: 0, conflicts: 19, failures: 0 })
  })

  it('with the same content: one publishes, 19 report it as unchanged', async () => {
    expect(await race('the same')).toEqual({ published: 1, unchanged: 19, conflicts: 0, failures: 0 })
  })
})
