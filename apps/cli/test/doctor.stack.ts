import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { appendFile, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { type Minilake, processIn } from './run-minilake.js'
import { administratorStoreOf, emptyLake, engineOf, stackFolder, storeOf } from './stack-folder.js'

const stack = inject('stack')
const closed = 'http://127.0.0.1:9' // nothing listens at the port of "discard"
let folder: string
let minilake: Minilake
beforeAll(async () => {
  await emptyLake(stack)
  ;({ folder, minilake } = await stackFolder(stack))
  await minilake('generate', '--days', '2', '--interval', '1m')
  await minilake('generate', '--days', '2', '--interval', '1m', '--table', 'pump_daily')
  await minilake('ingest')
  await minilake('catalog')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The first failed check that doctor names, with variables that break it. */
async function failedCheck(variables: NodeJS.ProcessEnv = {}) {
  const asked = processIn(folder, { MINILAKE_PROFILE: 'stack', ...variables })
  const { code, stdout, stderr } = await asked('doctor', '--json')
  const results = JSON.parse(stdout) as { check: string; state: string; finding: string; fix: string }[]
  const at = results.findIndex(({ state }) => state === 'failed')
  expect(code).toBe(at === -1 ? 0 : 1)
  expect(results.slice(at + 1).every(({ state }) => state === (at === -1 ? 'ok' : 'not run'))).toBe(true)
  expect(stdout + stderr).not.toContain(stack.credentials.secretAccessKey)
  const failed = results[at]
  return failed && { check: failed.check, text: `${failed.finding} (${failed.fix})` }
}

/** A server of the test's own that answers every request with a document. */
async function serverSaying(document: (path: string, origin: string) => object): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(document(request.url ?? '', `http://${request.headers.host}`)))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('all checks pass, as a list and as JSON', async () => {
  expect(await failedCheck()).toBeUndefined()
  const { code, stdout, stderr } = await minilake('doctor')
  expect([code, stderr]).toEqual([0, 'all checks passed\n'])
  expect(stdout.match(/^✓ /gm)?.length).toBe(20)
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    '✓ removal the key MAINTAIN_ACCESS_KEY may remove data files, the one that publishes may not',
  )
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    '✓ users minilake (profiles.stack.user) creates tables, minilake-query (profiles.stack.queryUser) queries; without TLS and passwords, that protects against mistakes, not against other users of this machine',
  )
})

test('users: a name that Trino does not know', async () => {
  for (const [variable, setting] of [
    ['MINILAKE_STACK_USER', 'profiles.stack.user'],
    ['MINILAKE_STACK_QUERY_USER', 'profiles.stack.queryUser'],
  ] as const) {
    expect(await failedCheck({ [variable]: 'somebody' })).toEqual({
      check: 'users',
      text: expect.stringMatching(
        new RegExp(
          `^Trino refuses the user somebody: .*Access Denied.* \\(set ${setting} to a user of Trino, or`,
        ),
      ),
    })
  }
})

test('config: an invalid file, a location that is not a bucket', async () => {
  const none = processIn(folder, { MINILAKE_CONFIG: 'none.json' })
  const { code, stderr } = await none('doctor')
  expect([code, stderr]).toEqual([2, expect.stringContaining('MINILAKE_CONFIG expected a file')])
  const asJson = await none('doctor', '--json')
  expect(asJson.code).toBe(2)
  expect(JSON.parse(asJson.stdout)).toEqual([expect.objectContaining({ check: 'config', state: 'failed' })])
  expect(await failedCheck({ MINILAKE_STACK_LOCATION: 's3://iot-time-series//below/' })).toEqual({
    check: 'config',
    text: expect.stringContaining('expected a bucket or a folder in one'),
  })
})

test('setting names: a version of Trino that has other names', async () => {
  expect(await failedCheck({ TRINO_VERSION: '481' })).toEqual({
    check: 'setting names',
    text: expect.stringMatching(
      /^Trino 481 expects fs\.s3\.enabled instead of fs\.native-s3\.enabled: rename it in .*hive\.properties/,
    ),
  })
})

test('endpoint: nothing listens', async () => {
  expect(await failedCheck({ MINILAKE_STACK_ENDPOINT: closed })).toEqual({
    check: 'endpoint',
    text: expect.stringMatching(/^S3 does not answer at http:\/\/127\.0\.0\.1:9\b.*minilake up/),
  })
})

test('endpoint: the console instead of S3', async () => {
  const port = /^MINIO_CONSOLE_PORT=(\d+)$/m.exec(await readFile(stack.envFile, 'utf8'))?.[1]
  expect(await failedCheck({ MINILAKE_STACK_ENDPOINT: `http://127.0.0.1:${port}` })).toEqual({
    check: 'endpoint',
    text: expect.stringMatching(/is not S3: .*not of its console/),
  })
})

test.each([
  ['a key that nobody has', { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'a-secret-of-nobody' }],
  [
    'another secret',
    { AWS_ACCESS_KEY_ID: stack.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: 'another-secret' },
  ],
])('credentials: %s', async (_, variables) => {
  const failed = await failedCheck(variables)
  expect(failed).toEqual({ check: 'credentials', text: expect.stringContaining('or unset them') })
  expect(failed?.text).not.toMatch(/nobody|another-secret/)
})

test('credentials: a .env with another secret', async () => {
  expect(await failedCheck({ LAKE_SECRET_KEY: 'not-the-right-one' })).toEqual({
    check: 'credentials',
    text: expect.stringContaining('minilake up writes a .env'),
  })
})

test('listing: another region', async () => {
  expect(await failedCheck({ MINILAKE_STACK_REGION: 'eu-central-1' })).toEqual({
    check: 'listing',
    text: expect.stringContaining('set profiles.stack.region'),
  })
})

test('bucket: one that this user may not see', async () => {
  expect(await failedCheck({ MINILAKE_STACK_LOCATION: 's3://another-bucket/' })).toEqual({
    check: 'bucket',
    text: expect.stringContaining('or set profiles.stack.location'),
  })
})

test('bucket: a missing one', async () => {
  // The lake's user may not even ask for another bucket, so the administrator does.
  const { accessKeyId, secretAccessKey } = stack.administrator
  const administrator = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  expect(await failedCheck({ ...administrator, MINILAKE_STACK_LOCATION: 's3://no-such-bucket/' })).toEqual({
    check: 'bucket',
    text: expect.stringMatching(/no-such-bucket.*minilake up creates iot-time-series/),
  })
})

test('listing: a user who may only read objects', async () => {
  await addReader('reader', 'a-secret-of-reader')
  const reader = { AWS_ACCESS_KEY_ID: 'reader', AWS_SECRET_ACCESS_KEY: 'a-secret-of-reader' }
  expect(await failedCheck(reader)).toEqual({
    check: 'listing',
    text: expect.stringContaining('s3:ListBucket'),
  })
})

test('metastore: nothing listens', async () => {
  expect(await failedCheck({ METASTORE_PORT: '9' })).toEqual({
    check: 'metastore',
    text: expect.stringMatching(/^the metastore does not answer at 127\.0\.0\.1:9 \(.*minilake up/),
  })
})

test('Trino: nothing listens', async () => {
  expect(await failedCheck({ MINILAKE_STACK_TRINO: closed })).toEqual({
    check: 'Trino',
    text: expect.stringContaining('Trino does not answer at http://127.0.0.1:9/v1/info'),
  })
})

test.each([
  ['still starting', { starting: true }, 'is still starting (try again in a minute'],
  ['another server', { hello: 'world' }, 'is not Trino'],
])('Trino: %s', async (_, document, text) => {
  const url = await serverSaying(() => document)
  expect(await failedCheck({ MINILAKE_STACK_TRINO: url })).toEqual({
    check: 'Trino',
    text: expect.stringContaining(text),
  })
})

test('catalog: a Trino without a catalog hive', async () => {
  const columns = [{ name: 'Catalog', type: 'varchar', typeSignature: { rawType: 'varchar', arguments: [] } }]
  const url = await serverSaying((path, origin) => {
    if (path === '/v1/info') return { starting: false, nodeVersion: { version: '476' } }
    const [id, infoUri] = ['query', `${origin}/ui`]
    return path === '/v1/statement'
      ? { id, infoUri, nextUri: `${origin}/v1/statement/1`, stats: { state: 'QUEUED' } }
      : { id, infoUri, columns, data: [['system'], ['tpch']], stats: { state: 'FINISHED' } }
  })
  expect(await failedCheck({ MINILAKE_STACK_TRINO: url })).toEqual({
    check: 'catalog',
    text: expect.stringMatching(/^Trino has no catalog hive, only system, tpch \(.*hive\.properties/),
  })
})

test('schema, tables, partitions: each one that Trino does not know', async () => {
  const engine = engineOf(stack)
  await engine.execute(
    `CALL hive.system.unregister_partition('iot_dw', 'pump_daily', ARRAY['event_date'], ARRAY['2026-01-02'])`,
  )
  expect(await failedCheck()).toEqual({
    check: 'tables',
    text: expect.stringContaining(
      '1 partition not registered, such as s3://iot-time-series/pump_daily/event_date=2026-01-02',
    ),
  })
  await engine.execute('DROP TABLE hive.iot_dw.pump_daily')
  expect(await failedCheck()).toMatchObject({
    check: 'tables',
    text: expect.stringContaining('pump_daily is missing'),
  })
  await engine.execute('DROP SCHEMA hive.iot_dw CASCADE')
  expect(await failedCheck()).toEqual({
    check: 'schema',
    text: 'the metastore has no schema hive.iot_dw (minilake catalog --profile stack creates it)',
  })
  await engine.execute(`CREATE SCHEMA hive.iot_dw WITH (location = 's3://iot-time-series/iot_dw/')`)
  await engine.execute(
    `CREATE TABLE hive.iot_dw.pump (event_timestamp TIMESTAMP, pressure REAL) WITH (format = 'PARQUET', external_location = 's3://iot-time-series/pump/')`,
  )
  expect(await failedCheck()).toEqual({ check: 'tables', text: expect.stringContaining('pressure real') })
  await engine.execute('DROP TABLE hive.iot_dw.pump')
  await engine.close()
  expect(await minilake('catalog')).toMatchObject({ code: 0 })
  expect(await failedCheck()).toBeUndefined()
})

test('files: one that is not Parquet, one of another table', async () => {
  const store = storeOf(stack)
  await store.write('pump/2026-01-00.parquet', [new TextEncoder().encode('no Parquet file at all')])
  expect(await failedCheck()).toEqual({
    check: 'files',
    text: expect.stringMatching(/2026-01-00\.parquet: not a Parquet file.*--overwrite/),
  })
  await administratorStoreOf(stack).remove('pump/2026-01-00.parquet')
  // Behind the first file, where only the engine finds it.
  await store.write('pump/2026-01-09.parquet', [
    new TextEncoder().encode('PAR1, and not a Parquet file either'),
  ])
  expect(await failedCheck()).toEqual({
    check: 'files',
    text: expect.stringMatching(/^table pump cannot be read: .*2026-01-09\.parquet/),
  })
  await administratorStoreOf(stack).remove('pump/2026-01-09.parquet')
  expect(await failedCheck()).toBeUndefined()
})

/** Makes a user of MinIO who may read the lake's objects, and not list them. */
async function addReader(user: string, secret: string): Promise<void> {
  const programs = join(stack.folder, 'programs')
  const mc = join(programs, readdirSync(programs).find((name) => name.startsWith('mc-')) as string, 'mc')
  const { accessKeyId, secretAccessKey } = stack.administrator
  const env = {
    ...process.env,
    MC_CONFIG_DIR: join(folder, 'mc'),
    MC_HOST_lake: `http://${accessKeyId}:${secretAccessKey}@${new URL(stack.endpoint).host}`,
  }
  const policy = join(folder, 'reader.json')
  const statement = {
    Effect: 'Allow',
    Action: ['s3:GetObject'],
    Resource: ['arn:aws:s3:::iot-time-series/*'],
  }
  await appendFile(policy, JSON.stringify({ Version: '2012-10-17', Statement: [statement] }))
  const run = (...args: string[]) => promisify(execFile)(mc, args, { env })
  await run('admin', 'policy', 'create', 'lake', 'lake-read-objects', policy)
  await run('admin', 'user', 'add', 'lake', user, secret)
  await run('admin', 'policy', 'attach', 'lake', 'lake-read-objects', '--user', user).catch(() => {}) // from an earlier run
}
