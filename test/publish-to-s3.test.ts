import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { bucket } from '../packages/ingest/test/fixtures/fake-s3.js'
import { memoryS3 } from '../packages/ingest/test/fixtures/memory-s3.js'
import { finished, freshFolder, minilakeIn, startMinilake } from '../apps/cli/test/run-minilake.js'

// Against a server that does as S3 does, and otherwise where a test says so.

async function lakeAt(server: { endpoint: string }) {
  const { folder } = await freshFolder()
  const variables = {
    MINILAKE_PROFILE: 'stack',
    MINILAKE_STACK_ENDPOINT: server.endpoint,
    MINILAKE_STACK_LOCATION: `s3://${bucket}/`,
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
  }
  return { folder, variables, minilake: minilakeIn(folder, variables) }
}

const day = ['generate', '--days', '1', '--interval', '1h']
const dataKey = 'pump/2026-01-01.parquet'

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)

test('clean names and removes uploads to tables that were abandoned for a day, and no others', async () => {
  const server = await memoryS3()
  const begin = (id: string, key: string, hours: number) =>
    server.uploads.set(id, {
      ...{ key, initiated: hoursAgo(hours), headers: {} },
      parts: new Map([[1, Buffer.alloc(1000)]]),
    })
  begin('old', dataKey, 25)
  begin('truth', '_truth/pump/2026-01-01.json', 30)
  begin('young', 'pump/2026-01-02.parquet', 23)
  begin('foreign', 'backup/a', 99)
  const { minilake } = await lakeAt(server)
  const keys = `${dataKey}, _truth/pump/2026-01-01.json`
  expect(await minilake('clean')).toEqual({
    code: 0,
    stdout: `would remove 2 abandoned uploads (2.0 kB) in s3://${bucket}/: ${keys}\n`,
    stderr: '--yes removes them\n',
  })
  expect(server.uploads.size).toBe(4)
  expect(await minilake('clean', '--yes')).toEqual({
    code: 0,
    stdout: `removed 2 abandoned uploads (2.0 kB) in s3://${bucket}/: ${keys}\n`,
    stderr: '',
  })
  expect([...server.uploads.keys()]).toEqual(['young', 'foreign'])
  expect((await minilake('clean', '--yes', '--json')).stdout).toBe('[]\n')
})

test('doctor reports abandoned uploads, and what the store does when writers race for a key', async () => {
  const server = await memoryS3({ ignoresIfNoneMatch: true })
  server.uploads.set('old', { key: dataKey, initiated: hoursAgo(25), headers: {}, parts: new Map() })
  const { minilake } = await lakeAt(server)
  const { stdout } = await minilake('doctor')
  expect(stdout).toMatch(/^✓ create-once +S3 does not honour If-None-Match/m)
  expect(stdout).toMatch(
    /^✓ unfinished uploads +1 upload, 0 B; abandoned for over 24 hours: 1: minilake clean removes them, .*pump\/2026-01-01\.parquet$/m,
  )
})

test('a store that ignores If-None-Match is named, and no file of other content is replaced', async () => {
  const server = await memoryS3({ ignoresIfNoneMatch: true })
  const { folder, minilake } = await lakeAt(server)
  const first = await minilake(...day, '--target', `s3://${bucket}`)
  expect([first.code, first.stderr]).toEqual([
    0,
    expect.stringMatching(/^s3:\S+ does not honour If-None-Match: .*\n1 file generated in/),
  ])
  const etag = server.objects.get(dataKey)?.etag
  const other = await minilake(...day, '--seed', '7', '--target', `s3://${bucket}`)
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('conflict: ')])
  expect(server.objects.get(dataKey)?.etag).toBe(etag)
  expect(await readdir(folder)).toEqual([])

  await minilake(...day, '--days', '2')
  const ingested = await minilake('ingest')
  expect([ingested.code, ingested.stderr]).toEqual([
    0,
    expect.stringMatching(/does not honour If-None-Match.*\n1 file published, 1 unchanged in/s),
  ])
})

test('generate looks at a key of such a store right before it writes, in every worker', async () => {
  let looks = 0
  const others = { bytes: Buffer.from('other'), etag: '7'.repeat(32), headers: {} }
  const server = await memoryS3({
    ignoresIfNoneMatch: true,
    refuse: (asked) => {
      // The first look is before the simulation; another writer comes while that goes on.
      if (asked.startsWith('HEAD') && asked.includes(dataKey) && (looks += 1) === 2)
        server.objects.set(dataKey, others)
      return undefined
    },
  })
  const { minilake } = await lakeAt(server)
  const generated = await minilake(...day, '--days', '2', '--workers', '2', '--target', `s3://${bucket}`)
  expect([generated.code, generated.stderr]).toEqual([1, expect.stringContaining(`conflict: `)])
  expect(server.objects.get(dataKey)).toBe(others)
})

test('files in a bucket with KMS keys are unchanged the second time, and by what is said', async () => {
  const server = await memoryS3({ kms: true })
  const { minilake } = await lakeAt(server)
  await minilake(...day)
  expect((await minilake('ingest')).stderr).toMatch(/^1 file published in/)
  const second = await minilake('ingest')
  expect([second.code, second.stderr]).toEqual([
    0,
    `nothing new to publish: 1 file unchanged (by CRC) in s3://${bucket}/\n`,
  ])
  const generated = await minilake(...day, '--days', '2', '--target', `s3://${bucket}`)
  expect([generated.code, generated.stderr]).toEqual([
    0,
    expect.stringMatching(/^1 file generated, 1 unchanged \(by CRC\) in s3:/),
  ])
})

test('the settings of a bucket reach it: checksums, the SHA-256 in the metadata, a signed payload', async () => {
  const signed: unknown[] = []
  const server = await memoryS3({
    kms: true,
    refuse: (asked, headers) => {
      if (/^PUT .*2026-01-01.parquet/.test(asked)) signed.push(headers['x-amz-content-sha256'])
      return asked.includes('_probe') ? [403, 'AccessDenied'] : undefined
    },
  })
  const { folder, variables } = await lakeAt(server)
  const minilake = minilakeIn(folder, {
    ...variables,
    ...{ MINILAKE_STACK_CHECKSUMS: 'md5', MINILAKE_STACK_SIGN_PAYLOAD: 'true' },
    MINILAKE_STACK_SHA256_IN_METADATA: 'true',
  })
  await minilake(...day)
  expect((await minilake('ingest')).stderr).toMatch(/^1 file published in/m)
  const { headers } = server.objects.get(dataKey) ?? {}
  const sha256 = headers?.['x-amz-meta-minilake-sha256']
  expect([signed, headers]).toEqual([
    [sha256],
    expect.not.objectContaining({ 'x-amz-checksum-crc32': expect.anything() }),
  ])
  expect((await minilake('ingest')).stderr).toMatch(/1 file unchanged in/)
})

test('ingest --verify ends with 1 where the store gives other bytes than it says', async () => {
  const server = await memoryS3()
  const { minilake } = await lakeAt(server)
  await minilake(...day)
  const spoilt = await memoryS3({
    refuse: (asked) => {
      const object = spoilt.objects.get(dataKey)
      if (object && asked.startsWith('GET') && asked.includes(dataKey))
        object.bytes = Buffer.from(object.bytes).fill(0, 100, 101)
      return undefined
    },
  })
  const good = await minilake('ingest', '--verify', 'all')
  expect([good.code, good.stderr]).toEqual([0, expect.stringContaining('1 file read back')])
  const { minilake: other } = await lakeAt(spoilt)
  await other(...day)
  const bad = await other('ingest', '--verify', 'all')
  expect([bad.code, bad.stderr]).toEqual([1, expect.stringMatching(/^different: .*2026-01-01\.parquet/m)])
})

test('files go through where it cannot be found out who wins a race', async () => {
  const server = await memoryS3({
    refuse: (asked) => (asked.includes('_probe') ? [403, 'AccessDenied'] : undefined),
  })
  const { minilake } = await lakeAt(server)
  await minilake(...day)
  const { code, stderr } = await minilake('ingest')
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(
      /^unknown whether s3:\S+ lets only one of several racing writers win: .*\n1 file published in/,
    ),
  ])
})

test('what was published and what was not is told in one line', async () => {
  const server = await memoryS3({
    refuse: (asked) => (/^PUT .*2026-01-02\.parquet/.test(asked) ? [403, 'AccessDenied'] : undefined),
  })
  const { minilake } = await lakeAt(server)
  await minilake(...day, '--target', `s3://${bucket}`)
  await minilake(...day, '--days', '3', '--seed', '7')
  const { code, stderr } = await minilake('ingest')
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(
      /^1 file published, 1 in conflict, 1 failed in s3:.*\nconflict: .*\n.*\nfailed: .*s3:PutObject/,
    ),
  ])
})

test('--watch that is interrupted while the store fails names what is not published, and ends with 1', async () => {
  const server = await memoryS3({
    refuse: (asked) => (/list-type=2.*prefix=pump/.test(asked) ? [503, 'SlowDown'] : undefined),
  })
  const { folder, variables, minilake } = await lakeAt(server)
  await minilake(...day)
  const run = startMinilake(folder, ['ingest', '--watch'], variables)
  run.stdin.end()
  let said = ''
  run.stderr.on('data', (text: string) => (said += text))
  const ended = finished(run)
  for (let waited = 0; !said.includes('cannot list s3://'); waited += 100) {
    expect(waited).toBeLessThan(40_000)
    await wait(100)
  }
  run.kill('SIGINT')
  const { code, stderr } = await ended
  expect([code, stderr]).toEqual([1, expect.stringContaining(`not published: ${dataKey}`)])
  // Trino, which the catalog needs, is down too; each wait is twice the one before.
  expect(stderr).toMatch(/; trying again in 1 s\n.*; trying again in 2 s\n/s)
})

test('--watch tries a truth again that did not reach the store', async () => {
  let refusals = 0
  const server = await memoryS3({
    refuse: (asked) =>
      /^PUT .*_truth/.test(asked) && refusals < 3 ? [((refusals += 1), 503), 'SlowDown'] : undefined,
  })
  const { folder, variables, minilake } = await lakeAt(server)
  await minilake(...day)
  const run = startMinilake(folder, ['ingest', '--watch'], variables)
  run.stdin.end()
  const ended = finished(run)
  for (let waited = 0; ![...server.objects.keys()].some((key) => key.startsWith('_truth/')); waited += 100) {
    expect(waited).toBeLessThan(40_000)
    await wait(100)
  }
  run.kill('SIGINT')
  const { stderr } = await ended
  expect(stderr).toMatch(/failed: .*_truth/)
  expect(server.objects.has(join('_truth', 'pump', '2026-01-01.json'))).toBe(true)
})
