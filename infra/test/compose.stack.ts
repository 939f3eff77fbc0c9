import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { env } from 'node:process'
import { beforeAll, expect, test } from 'vitest'
import { composeStack } from '../src/compose-stack.js'
import { credentialNames } from '../src/env-file.js'
import { installOnce } from '../src/install-once.js'
import { runProgram } from '../src/run-program.js'
import { infraFolder, readStackConfig } from '../src/stack-config.js'
import { temporaryFolder } from './temporary-folder.js'

// Runs the real Compose without a Docker engine: it validates the files and prints the resulting model.
const module = 'github.com/docker/compose/v2@v2.40.3'
const root = join(infraFolder, '..')
const bin = join(root, 'node_modules', '.cache', module.replaceAll('/', '-'))
const environment = { PATH: env.PATH, HOME: env.HOME }

// `go install` refuses the module because its go.mod has replace and exclude directives, so build it in a copy of its source folder.
beforeAll(
  () =>
    installOnce(bin, async (into) => {
      const options = { env: { ...env, CGO_ENABLED: '0' } }
      const download = await runProgram('go', ['mod', 'download', '-json', module], options)
      const source = join(into, 'source')
      await runProgram('cp', ['-R', (JSON.parse(download) as { Dir: string }).Dir, source], options)
      await runProgram('chmod', ['-R', 'u+w', source], options)
      const program = join(into, 'docker-compose')
      await runProgram('go', ['build', '-o', program, './cmd'], { ...options, cwd: source })
      await rm(source, { recursive: true })
    }),
  15 * 60_000,
)

interface Model {
  name: string
  services: Record<
    string,
    {
      image: string
      environment?: Record<string, string>
      ports?: { host_ip: string; published: string; target: number }[]
      volumes?: { type: string; source: string; target: string; read_only?: boolean }[]
      build?: { context: string; args: Record<string, string> }
    }
  >
  volumes: Record<string, { name: string }>
}

const filled = credentialNames.map((name) => `${name}=${name.toLowerCase()}\n`).join('')

/** Creates a folder like the root of the repository; its .env has the given lines, or is missing. */
async function project(lines?: string) {
  const folder = await temporaryFolder()
  await symlink(infraFolder.replace(/\/$/, ''), join(folder, 'infra'))
  await writeFile(join(folder, 'compose.yaml'), await readFile(join(root, 'compose.yaml')))
  if (lines !== undefined) await writeFile(join(folder, '.env'), lines)
  return folder
}

const compose = (folder: string, args: readonly string[], variables = {}) =>
  runProgram(join(bin, 'docker-compose'), args, { env: { ...environment, ...variables }, cwd: folder })
const modelOf = async (folder: string, variables = {}) =>
  JSON.parse(await compose(folder, ['config', '--format', 'json'], variables)) as Model

test('Compose accepts the files if .env has the credentials', async () => {
  expect(await compose(await project(filled), ['config', '--quiet'])).toBe('')
})

test.each([
  ['does not exist', undefined],
  ['is a copy of .env.example', await readFile(join(infraFolder, '.env.example'), 'utf8')],
])('if .env %s, one sentence says what to do', async (_, lines) => {
  await expect(compose(await project(lines), ['config', '--quiet'])).rejects.toThrow(
    /exited with 1: .*required variable \w+ is missing a value: run minilake up, or copy infra\/\.env\.example to \.env and fill it in$/,
  )
})

test('Compose rejects an unknown key, so validation does check something', async () => {
  const folder = await project(filled)
  await rm(join(folder, 'infra'))
  await mkdir(join(folder, 'infra'))
  await writeFile(join(folder, 'infra', 'stack.env'), await readFile(join(infraFolder, 'stack.env')))
  const text = await readFile(join(infraFolder, 'compose.yaml'), 'utf8')
  await writeFile(join(folder, 'infra', 'compose.yaml'), text.replace('mem_limit', 'memory_limit'))
  await expect(compose(folder, ['config', '--quiet'])).rejects.toThrow('memory_limit')
})

test('images, ports, environment and volumes follow stack.env and .env', async () => {
  const folder = await project(filled)
  const { name, services, volumes } = await modelOf(folder)
  expect(name).toBe('minilake')
  const { variables } = await readStackConfig({
    envFile: 'none',
    environment: Object.fromEntries(credentialNames.map((name) => [name, name.toLowerCase()])),
  })
  expect(Object.fromEntries(Object.entries(services).map(([part, { image }]) => [part, image]))).toEqual({
    postgres: `postgres:${variables.POSTGRES_VERSION}`,
    minio: variables.MINIO_IMAGE,
    bucket: variables.MC_IMAGE,
    metastore: `minilake-metastore:${variables.METASTORE_VERSION}`,
    trino: `trinodb/trino:${variables.TRINO_VERSION}`,
  })

  const ports = Object.values(services).flatMap(({ ports = [] }) => ports)
  expect(new Set(ports.map(({ host_ip }) => host_ip))).toEqual(new Set(['127.0.0.1']))
  expect(ports.map(({ published, target }) => [published, target]).toSorted()).toEqual([
    ['5433', 5432],
    ['8080', 8080],
    ['9000', 9000],
    ['9001', 9001],
    ['9083', 9083],
  ])

  expect(services.trino?.environment).toEqual({
    S3_ENDPOINT: 'http://minio:9000',
    S3_REGION: 'us-east-1',
    QUERY_ACCESS_KEY: 'query_access_key',
    QUERY_SECRET_KEY: 'query_secret_key',
    METASTORE_URI: 'thrift://metastore:9083',
    TRINO_HTTP_PORT: '8080',
    TRINO_BIND_ADDRESS: '0.0.0.0',
    TRINO_RULES: '/etc/trino/rules.json',
  })
  expect(services.bucket?.environment?.MC_HOST_lake).toBe(
    'http://minio_root_user:minio_root_password@minio:9000',
  )
  expect(services.metastore?.build).toMatchObject({
    context: join(folder, 'infra', 'metastore'),
    args: {
      METASTORE_VERSION: '3.1.3',
      MAVEN_IMAGE: 'maven:3.9.11-eclipse-temurin-17',
      JRE_IMAGE: 'eclipse-temurin:17.0.16_8-jre-noble',
    },
  })

  expect(Object.values(volumes).map(({ name }) => name)).toEqual(['minilake_minio', 'minilake_postgres'])
  for (const mount of Object.values(services).flatMap(({ volumes = [] }) => volumes)) {
    if (mount.type === 'volume') expect(Object.keys(volumes)).toContain(mount.source)
    else {
      expect(mount.read_only, mount.source).toBe(true)
      expect((await stat(mount.source)).isDirectory(), mount.source).toBe(true)
    }
  }
})

test('.env overrides stack.env, and the shell overrides both', async () => {
  const folder = await project(`${filled}MINIO_IMAGE=somebody/minio:1\nTRINO_PORT=18080\n`)
  const { minio, trino } = (await modelOf(folder)).services
  expect(minio?.image).toBe('somebody/minio:1')
  expect(trino?.ports?.[0]?.published).toBe('18080')
  const shell = await modelOf(folder, { MINIO_IMAGE: 'another/minio:2' })
  expect(shell.services.minio?.image).toBe('another/minio:2')
})

test("the root's compose.yaml and the arguments of minilake up define the same containers", async () => {
  const folder = await project(`${filled}TRINO_PORT=18080\n`)
  const files = ['--file', 'infra/compose.yaml', '--env-file', 'infra/stack.env', '--env-file', '.env']
  const alone = await compose(folder, [...files, 'config', '--format', 'json'])
  expect(JSON.parse(alone)).toMatchObject(await modelOf(folder))
})

test('Compose and minilake read the same value from single quotes', async () => {
  const secret = '$HOME #1 "x"'
  const folder = await project(`${filled}QUERY_SECRET_KEY='${secret}'\n`)
  const { query } = await readStackConfig({ envFile: join(folder, '.env'), environment: {} })
  expect(query.secretAccessKey).toBe(secret)
  const { metastore } = (await modelOf(folder)).services
  expect(metastore?.environment?.QUERY_SECRET_KEY?.replaceAll('$$', '$')).toBe(secret)
})

test('minilake up runs docker-compose if there is no plugin, and says if no engine responds', async () => {
  const envFile = join(await project(filled), '.env')
  const config = await readStackConfig({ envFile, environment: {} })
  const stack = composeStack({
    config,
    envFile,
    environment: { PATH: bin, HOME: env.HOME, DOCKER_HOST: 'tcp://127.0.0.1:1' },
  })
  await expect(stack.status()).rejects.toThrow('the Docker engine does not respond')
})
