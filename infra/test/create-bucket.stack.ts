import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { env } from 'node:process'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { backgroundProcesses } from '../src/background-process.js'
import { completeEnvFile, readEnvFile } from '../src/env-file.js'
import { nativeMinio } from '../src/native-minio.js'
import { runProgram } from '../src/run-program.js'
import { infraFolder, readStackConfig, type StackConfig } from '../src/stack-config.js'

// A MinIO of its own, run from the stack's programs, to test permissions and the upgrade from earlier versions.
const bucket = 'iot-time-series'
let folder: string
let config: StackConfig
let portVariables: Record<string, string>
let minio: ReturnType<typeof nativeMinio>
let mc: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minilake-minio-'))
  await symlink(join(inject('stack').folder, 'programs'), join(folder, 'programs'))
  const envFile = join(folder, '.env')
  await completeEnvFile(envFile, {})
  const [MINIO_PORT, MINIO_CONSOLE_PORT] = await freePorts()
  portVariables = { MINIO_PORT, MINIO_CONSOLE_PORT }
  config = await readStackConfig({ envFile, environment: portVariables })
  mc = join(folder, 'programs', `mc-${config.versions.mc}`, 'mc')
  minio = nativeMinio({ config, folder, environment: env, onStep: () => {} })
  await minio.prepare()
  await backgroundProcesses(folder).start('minio', await minio.program())
  await vi.waitFor(async () => expect(await minio.isReady()).toBe(true), { timeout: 30_000, interval: 100 })
})

afterAll(async () => {
  await backgroundProcesses(folder).stop('minio', 'SIGTERM')
  await rm(folder, { recursive: true })
})

type User = 'administrator' | 'ingest' | 'maintain' | 'query'

/** mc's environment: the aliases `lake` and each user's name are this MinIO, accessed as that user. */
const variables = () => {
  const { administrator, lake, maintain, query, ports } = config
  const as = (key: string, secret: string) => `http://${key}:${secret}@127.0.0.1:${ports.minio}`
  return {
    ...env,
    MC_CONFIG_DIR: join(folder, 'mc'),
    MC_HOST_lake: as(administrator.user, administrator.password),
    MC_HOST_administrator: as(administrator.user, administrator.password),
    MC_HOST_ingest: as(lake.accessKeyId, lake.secretAccessKey),
    MC_HOST_maintain: as(maintain.accessKeyId, maintain.secretAccessKey),
    MC_HOST_query: as(query.accessKeyId, query.secretAccessKey),
  }
}
const runMc = (...args: string[]) => runProgram(mc, args, { env: variables() })
const runAdmin = (...args: string[]) => runMc('admin', ...args)
const put = (user: User, key: string) =>
  runProgram(mc, ['pipe', `${user}/${bucket}/${key}`], { env: variables(), input: `of ${user}` })
const get = (user: User, key: string) => runMc('cat', `${user}/${bucket}/${key}`)
const remove = (user: User, key: string) => runMc('rm', `${user}/${bucket}/${key}`)
const policiesOf = async (user: string) =>
  (JSON.parse(await runAdmin('user', 'info', 'lake', user, '--json')) as { policyName?: string }).policyName

const keyOf = (user: User) =>
  ({
    administrator: config.administrator.user,
    ingest: config.lake.accessKeyId,
    maintain: config.maintain.accessKeyId,
    query: config.query.accessKeyId,
  })[user]

const createBucket = (more: NodeJS.ProcessEnv = {}) =>
  runProgram('sh', [join(infraFolder, 'minio', 'create-bucket.sh')], {
    env: {
      ...variables(),
      PATH: [join(mc, '..'), env.PATH].join(delimiter),
      LAKE_ACCESS_KEY: config.lake.accessKeyId,
      LAKE_SECRET_KEY: config.lake.secretAccessKey,
      MAINTAIN_ACCESS_KEY: config.maintain.accessKeyId,
      MAINTAIN_SECRET_KEY: config.maintain.secretAccessKey,
      QUERY_ACCESS_KEY: config.query.accessKeyId,
      QUERY_SECRET_KEY: config.query.secretAccessKey,
      ...more,
    },
  })

describe('on a MinIO set up by the version with a single user', () => {
  test(
    'gives each user its own permissions, and removes the former policy from everyone',
    { timeout: 120_000 },
    async () => {
      const all = { Effect: 'Allow', Action: ['s3:*'], Resource: [`arn:aws:s3:::${bucket}/*`] }
      const policy = join(folder, 'lake-policy.json')
      await writeFile(policy, JSON.stringify({ Version: '2012-10-17', Statement: [all] }))
      await runMc('mb', `lake/${bucket}`)
      await runAdmin('policy', 'create', 'lake', 'lake-readwrite', policy)
      for (const user of [config.lake.accessKeyId, 'of-an-older-env']) {
        await runProgram(mc, ['admin', 'user', 'add', 'lake'], {
          env: variables(),
          input: `${user}\n${config.lake.secretAccessKey}\n`,
        })
        await runAdmin('policy', 'attach', 'lake', 'lake-readwrite', '--user', user)
      }
      await put('ingest', 'pump/published-before')

      await minio.complete()
      expect(await policiesOf(config.lake.accessKeyId)).toBe('lake-ingest')
      expect(await policiesOf(config.maintain.accessKeyId)).toBe('lake-maintain')
      expect(await policiesOf(config.query.accessKeyId)).toBe('lake-query')
      expect(await policiesOf('of-an-older-env')).toBeUndefined()
      expect((await runAdmin('policy', 'list', 'lake')).split(/\s+/)).not.toContain('lake-readwrite')
      expect(await get('query', 'pump/published-before')).toBe('of ingest')
      await expect(remove('ingest', 'pump/published-before')).rejects.toThrow('Access Denied')
    },
  )

  test('a second run changes nothing, and swapped users swap permissions', { timeout: 120_000 }, async () => {
    const { lake, query } = config
    await minio.complete()
    expect(await policiesOf(lake.accessKeyId)).toBe('lake-ingest')
    await createBucket({ LAKE_ACCESS_KEY: query.accessKeyId, QUERY_ACCESS_KEY: lake.accessKeyId })
    expect(await policiesOf(query.accessKeyId)).toBe('lake-ingest')
    expect(await policiesOf(lake.accessKeyId)).toBe('lake-query')
    await minio.complete()
    expect(await policiesOf(lake.accessKeyId)).toBe('lake-ingest')
    expect(await policiesOf(query.accessKeyId)).toBe('lake-query')
  })

  test(
    'up adds the user that maintains to a stack of the version with two users',
    { timeout: 120_000 },
    async () => {
      const envFile = join(folder, '.env')
      const before = await readEnvFile(envFile)
      await runAdmin('user', 'rm', 'lake', config.maintain.accessKeyId)
      await runAdmin('policy', 'rm', 'lake', 'lake-maintain')
      const lines = (await readFile(envFile, 'utf8')).replaceAll(/^MAINTAIN_.*\n/gm, '')
      await writeFile(envFile, lines)

      expect(await completeEnvFile(envFile, {})).toEqual(['MAINTAIN_ACCESS_KEY', 'MAINTAIN_SECRET_KEY'])
      const after = await readEnvFile(envFile)
      expect(after.MAINTAIN_SECRET_KEY).not.toBe(before.MAINTAIN_SECRET_KEY)
      expect({ ...after, MAINTAIN_SECRET_KEY: before.MAINTAIN_SECRET_KEY }).toEqual(before)
      config = await readStackConfig({ envFile, environment: portVariables })
      minio = nativeMinio({ config, folder, environment: env, onStep: () => {} })
      await minio.complete()
      await put('ingest', 'pump/x')
      await remove('maintain', 'pump/x')
    },
  )

  test.each([
    ['MAINTAIN_ACCESS_KEY', 'LAKE_ACCESS_KEY', 'lake'],
    ['QUERY_ACCESS_KEY', 'LAKE_ACCESS_KEY', 'lake'],
    ['QUERY_ACCESS_KEY', 'MAINTAIN_ACCESS_KEY', 'maintain'],
  ] as const)('rejects a single user for two roles: %s as %s', async (name, other, user) => {
    await expect(createBucket({ [name]: config[user].accessKeyId })).rejects.toThrow(
      `${name} expected a name other than that of ${other}, got the same: change one of them in .env`,
    )
  })
})

describe('permissions of each user', () => {
  beforeAll(() => minio.complete())

  test.each<[User, string, boolean]>([
    ['ingest', 'pump/x', true],
    ['ingest', 'pump_daily/event_date=2026-01-01/x', true],
    ['ingest', '_truth/x', true],
    ['ingest', '_probe/x', true],
    ['ingest', 'iot_dw/managed/x', false],
    ['maintain', 'pump/x', true],
    ['maintain', '_truth/x', true],
    ['maintain', 'iot_dw/managed/x', false],
    ['maintain', 'warehouse/managed/x', false],
    ['maintain', 'team/lake/iot_dw/managed/x', false],
    ['maintain', 'team/lake/warehouse/managed/x', false],
    ['query', 'pump/x', false],
    ['query', 'pump_daily/event_date=2026-01-01/x', false],
    ['query', '_truth/x', false],
    ['query', '_probe/x', false],
    ['query', 'iot_dw_not/x', false],
    ['query', 'iot_dw/managed/x', true],
  ])('%s writes %s: %s', async (user, key, allowed) => {
    if (allowed) {
      await put(user, key)
      expect(await get('administrator', key)).toBe(`of ${user}`)
    } else {
      await put('administrator', key)
      await expect(put(user, key)).rejects.toThrow(/Access Denied|Insufficient permissions/)
      expect(await get('administrator', key)).toBe('of administrator')
    }
  })

  test.each<[User, string, boolean]>([
    ['ingest', 'pump/x', false],
    ['ingest', '_truths/x', false],
    ['ingest', '_truth/pump/x.json', true],
    ['ingest', '_probe/x', true],
    ['ingest', 'iot_dw/managed/x', false],
    ['ingest', '_staging/x', true],
    ['ingest', '_other/x', false],
    ['maintain', 'pump/x', true],
    ['maintain', 'pump_daily/event_date=2026-01-01/x', true],
    ['maintain', '_truth/pump/x.json', true],
    ['maintain', 'iot_dw_not/x', true],
    ['maintain', 'iot_dw/managed/x', false],
    ['maintain', 'warehouse/managed/x', false],
    ['maintain', 'team/lake/iot_dw/managed/x', false],
    ['maintain', 'team/lake/warehouse/managed/x', false],
    ['query', 'pump/x', false],
    ['query', '_truth/pump/x.json', false],
    ['query', '_probe/x', false],
    ['query', 'iot_dw/managed/x', true],
  ])('%s removes %s: %s', async (user, key, allowed) => {
    await put('administrator', key)
    if (allowed) await remove(user, key)
    else await expect(remove(user, key)).rejects.toThrow(/Access Denied|Insufficient permissions/)
    const left = (await runMc('ls', '--recursive', `administrator/${bucket}/${key}`)).trim()
    expect(left === '').toBe(allowed)
    if (!allowed) await remove('administrator', key)
  })

  test.each<[User, string, boolean]>([
    ['ingest', 'pump/x', true],
    ['ingest', 'iot_dw/managed/x', false],
    ['maintain', 'pump/x', true],
    ['maintain', 'iot_dw/managed/x', false],
    ['query', 'pump/x', true],
    ['query', '_truth/x', true],
    ['query', 'iot_dw/managed/x', true],
  ])('%s reads %s: %s', async (user, key, allowed) => {
    await put('administrator', key)
    if (allowed) expect(await get(user, key)).toBe('of administrator')
    else await expect(get(user, key)).rejects.toThrow('Insufficient permissions')
  })

  test('ingest removes versions of probes, but not of data files', async () => {
    await runMc('version', 'enable', `administrator/${bucket}`)
    onTestFinished(async () => void (await runMc('version', 'suspend', `administrator/${bucket}`)))
    for (const [key, allowed] of [
      ['_probe/with-versions', true],
      ['pump/with-versions', false],
    ] as const) {
      const path = `${bucket}/${key}`
      await put('ingest', key)
      const listed = await runMc('ls', '--versions', '--json', `administrator/${path}`)
      const { versionId } = JSON.parse(listed) as { versionId: string }
      const removing = runMc('rm', '--version-id', versionId, `ingest/${path}`)
      if (allowed) await removing
      else await expect(removing).rejects.toThrow(/Access Denied|Insufficient permissions/)
      const left = (await runMc('ls', '--versions', `administrator/${path}`)).trim()
      expect(left === '').toBe(allowed)
      await runMc('rm', '--versions', '--force', `administrator/${path}`)
    }
  })

  test('every user can list the bucket, but cannot see or create another, or administer users and policies', async () => {
    await runMc('mb', '--ignore-existing', 'administrator/another')
    await put('administrator', 'pump/x')
    for (const user of ['ingest', 'maintain', 'query']) {
      expect(await runMc('ls', '--recursive', `${user}/${bucket}/pump/`)).toMatch(/ x\n/)
      await expect(runMc('ls', `${user}/another`)).rejects.toThrow('Access Denied')
      await expect(runMc('mb', `${user}/one-more`)).rejects.toThrow('Access Denied')
      await expect(runAdmin('user', 'list', user)).rejects.toThrow('Access Denied')
      await expect(runAdmin('policy', 'list', user)).rejects.toThrow('Access Denied')
      await expect(
        runAdmin('policy', 'create', user, 'own', join(infraFolder, 'minio', 'query-policy.json')),
      ).rejects.toThrow('Access Denied')
    }
  })

  test.each<User>(['ingest', 'maintain', 'query'])(
    '%s cannot create a service account, which would outlive its secret key',
    async (user) => {
      await expect(runAdmin('user', 'svcacct', 'add', user, keyOf(user))).rejects.toThrow('Access Denied')
      expect((await runAdmin('user', 'svcacct', 'list', 'administrator', keyOf(user), '--json')).trim()).toBe(
        '',
      )
    },
  )

  test(
    'ingest can list and abort an upload that a killed process left unfinished; query cannot',
    { timeout: 60_000 },
    async () => {
      const key = 'pump/unfinished'
      const upload = spawn(mc, ['pipe', '--part-size', '5MiB', `ingest/${bucket}/${key}`], {
        env: variables(),
      })
      onTestFinished(() => void upload.kill('SIGKILL'))
      upload.stdin.on('error', () => {}) // the process is killed while it reads
      const unfinished = async () =>
        (await runMc('ls', '--incomplete', '--recursive', `ingest/${bucket}`)).trim()
      upload.stdin.write(Buffer.alloc(6 * 2 ** 20))
      await expect.poll(unfinished, { timeout: 30_000 }).toMatch(/unfinished$/)
      upload.kill('SIGKILL')

      const abort = (user: User) => runMc('rm', '--incomplete', '--recursive', '--force', `${user}/${bucket}`)
      await expect(abort('query')).rejects.toThrow('Access Denied')
      expect(await unfinished()).toMatch(/unfinished$/)
      await abort('ingest')
      expect(await unfinished()).toBe('')
    },
  )
})

async function freePorts(): Promise<[string, string]> {
  const servers = [createServer(), createServer()] as const
  const ports = servers.map(
    (server) =>
      new Promise<string>((resolve) =>
        server.listen(0, '127.0.0.1', () => resolve(String((server.address() as AddressInfo).port))),
      ),
  )
  const [first, second] = (await Promise.all(ports)) as [string, string]
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return [first, second]
}
