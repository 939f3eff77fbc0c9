import { createHash } from 'node:crypto'
import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { type S3Store, s3Store } from '@minilake/ingest/s3'
import { encodeParquet } from '@minilake/parquet'
import { pump } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { finished, processIn, startMinilake } from './run-minilake.js'
import { administratorVariables, killPart, stackFolder } from './stack-folder.js'

// Runs of the CLI that are killed while they publish files of several parts, in a bucket of their own.

const stack = inject('stack')
const bucket = `kill-${Date.now()}`
const { endpoint, administrator } = stack
const client = new S3Client({
  endpoint,
  credentials: administrator,
  region: 'us-east-1',
  forcePathStyle: true,
})
const store: S3Store = s3Store({ bucket, endpoint, credentials: administrator })
const variables = {
  MINILAKE_PROFILE: 'stack',
  MINILAKE_STACK_LOCATION: `s3://${bucket}/`,
  ...administratorVariables(stack),
}
const files = 5
let folder: string
let sources: { path: string; hash: string; bytes: number }[]

beforeAll(async () => {
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  ;({ folder } = await stackFolder(stack))
  sources = await Promise.all(Array.from({ length: files }, (_, file) => writeSource(file)))
  expect(sources.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(200e6)
}, 120_000)
afterAll(async () => {
  for await (const upload of store.unfinishedUploads()) await store.abortUpload(upload)
  for await (const { key } of store.list('')) await store.remove(key)
  await client.send(new DeleteBucketCommand({ Bucket: bucket }))
  await rm(folder, { recursive: true, force: true })
}, 120_000)

/** A data file of about 48 MB: readings that do not recur are written as they are. */
async function writeSource(file: number) {
  const rowCount = 2_000_000
  const column = (salt: number) =>
    Float64Array.from({ length: rowCount }, (_, row) => Math.sin(row * (file + 1) + salt))
  const columns = {
    event_timestamp: BigInt64Array.from({ length: rowCount }, (_, row) => BigInt(row) * 1_000_000n),
    pressure: column(1),
    velocity: column(2),
    speed: column(3),
  }
  const bytes = Buffer.concat([...encodeParquet(pump, [{ rowCount, columns }])])
  const path = join(folder, `source-${file}`)
  await writeFile(path, bytes)
  return { path, hash: sha256(bytes), bytes: bytes.length }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The data files under new names, so that the bucket has none of them. */
async function freshOut(name: string): Promise<{ out: string; keys: string[] }> {
  const out = join(folder, name)
  await mkdir(join(out, 'pump'), { recursive: true })
  const keys = sources.map((_, file) => `pump/${name}-${file}.parquet`)
  await Promise.all(keys.map((key, file) => link(sources[file]!.path, join(out, key))))
  return { out, keys }
}

async function listed(keys: readonly string[]) {
  const uploads = []
  for await (const upload of store.unfinishedUploads()) if (keys.includes(upload.key)) uploads.push(upload)
  const objects = []
  for await (const { key } of store.list('pump/')) if (keys.includes(key)) objects.push(key)
  return { objects, parts: uploads.reduce((sum, { parts }) => sum + parts, 0) }
}

/** Parts of unfinished uploads of keys, each asked for: a MinIO that was restarted lists those of a bucket no more. */
async function partsOf(keys: readonly string[]) {
  let parts = 0
  for (const Key of keys) {
    const { Uploads = [] } = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: Key }),
    )
    for (const { UploadId } of Uploads) {
      const { Parts = [] } = await client.send(new ListPartsCommand({ Bucket: bucket, Key, UploadId }))
      parts += Parts.length
    }
  }
  return parts
}

async function expectWhole(objects: readonly string[], keys: readonly string[]) {
  for (const key of objects) expect(sha256(await store.read(key))).toBe(sources[keys.indexOf(key)]!.hash)
}

test('kill -9 at 21 moments: every visible file is complete, and a rerun resumes from the uploaded parts', async () => {
  let [killedAmidParts, resumed] = [0, 0]
  for (let cycle = 0; cycle < 7; cycle++) {
    const { out, keys } = await freshOut(`cycle-${cycle}`)
    for (let kill = 0; kill < 3; kill++) {
      const run = startMinilake(folder, ['ingest', out, '--resume-after', '1ms'], variables)
      run.stdin.end()
      const ended = finished(run)
      // Each time a little further: once so many parts more are there, or so many milliseconds later.
      const before = (await listed(keys)).parts
      for (let isOver = false; !isOver;) {
        const found = await Promise.race([ended.then(() => undefined), listed(keys)])
        isOver = found === undefined || found.parts > before + (cycle % 3) || found.objects.length > kill + 1
      }
      await wait(7 * cycle)
      run.kill('SIGKILL')
      await ended
      const { objects, parts } = await listed(keys)
      if (parts > 0) killedAmidParts += 1
      await expectWhole(objects, keys)
    }
    const last = startMinilake(folder, ['ingest', out, '--resume-after', '1ms', '--json'], variables)
    last.stdin.end()
    const { code, stdout, stderr } = await finished(last)
    expect(code, stderr).toBe(0)
    expect((await listed(keys)).parts).toBe(0)
    resumed += (JSON.parse(stdout) as { partsResumed: number }).partsResumed
    await expectWhole(keys, keys)
    await rm(out, { recursive: true })
  }
  expect(killedAmidParts).toBeGreaterThanOrEqual(10)
  expect(resumed).toBeGreaterThan(0)
}, 600_000)

test('MinIO killed during an upload: the run fails, and a rerun resumes from the uploaded parts', async () => {
  const { out, keys } = await freshOut('restart')
  const run = startMinilake(folder, ['ingest', out], variables)
  run.stdin.end()
  const ended = finished(run)
  while ((await listed(keys)).parts < 2) await wait(5)
  await killPart(stack, 'minio')
  const { code, stderr } = await ended
  expect([code, stderr]).toEqual([1, expect.stringContaining(endpoint)])

  const native = { MINILAKE_STACK_FOLDER: stack.folder, TZ: 'Asia/Kathmandu' }
  const up = await processIn(folder, native)('up', '--native')
  expect(up.code, up.stderr).toBe(0)
  expect(await partsOf(keys)).toBeGreaterThan(0)
  const again = await processIn(folder, variables)('ingest', out, '--resume-after', '1ms', '--json')
  expect(again.code, again.stderr).toBe(0)
  expect((JSON.parse(again.stdout) as { partsResumed: number }).partsResumed).toBeGreaterThan(0)
  await expectWhole(keys, keys)
  expect(await partsOf(keys)).toBe(0)
}, 240_000)
