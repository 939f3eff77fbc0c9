import { readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { execPath } from 'node:process'
import { expect, test } from 'vitest'
import { composeStack } from '../src/compose-stack.js'
import { completeEnvFile } from '../src/env-file.js'
import { infraFolder, readStackConfig } from '../src/stack-config.js'
import { temporaryFolder, writeProgram } from './temporary-folder.js'

interface Answer {
  output?: string
  error?: string
  /** Keeps running until it is killed. */
  hangs?: boolean
}

/** What the fake Docker answers to each subcommand of Compose. */
type Answers = Partial<Record<'version' | 'ps' | 'up' | 'down' | 'logs' | 'volume' | 'former', Answer>>

/** Creates a folder with a .env and fake programs, which record their calls and give the listed answers. */
async function machine(programs: Record<string, Answers>) {
  const folder = await temporaryFolder()
  const bin = join(folder, 'bin')
  const calls = join(folder, 'calls')
  for (const [name, answers] of Object.entries(programs)) {
    await writeProgram(
      join(bin, name),
      `#!${execPath}
const [args, env] = [process.argv.slice(2), process.env]
require('node:fs').appendFileSync(${JSON.stringify(calls)}, JSON.stringify({ name: ${JSON.stringify(name)}, args, env }) + '\\n')
const answers = ${JSON.stringify(answers)}
const subcommand = args.find((argument) => ['version', 'ps', 'up', 'down', 'logs', 'volume'].includes(argument))
const isFormer = args.at(-1) === 'label=com.docker.compose.project=minilake'
const { output = '', error, hangs } = answers[isFormer ? 'former' : subcommand] ?? { error: 'unknown command' }
if (hangs) setInterval(() => {}, 1000)
process.stdout.write(output)
if (error) process.stderr.write(error)
if (error) process.exitCode = 1
`,
    )
  }
  const envFile = join(folder, '.env')
  await completeEnvFile(envFile, {})
  const environment = { PATH: [bin, join(folder, 'nothing')].join(delimiter), DOCKER_HOST: 'tcp://somewhere' }
  const config = await readStackConfig({ envFile, environment: { TRINO_PORT: '18080' } })
  return {
    folder,
    envFile,
    config,
    stack: composeStack({ config, envFile, environment }),
    calls: async () =>
      (await readFile(calls, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { name: string; args: string[]; env: Record<string, string> }),
  }
}

const container = (Service: string, State: string, Health: string) => ({
  Name: `minilake-${Service}-1`,
  Service,
  State,
  Health,
  Status: `${State} for a while`,
})
const version = { output: '2.40.3\n' }
const signal = new AbortController().signal
const project = (envFile: string, name: string) => [
  ...['--project-name', name, '--file', join(infraFolder, 'compose.yaml')],
  ...['--env-file', join(infraFolder, 'stack.env'), '--env-file', envFile],
]

test('up passes arguments and environment to Compose, and returns the parts it started', async () => {
  const minio = container('minio', 'running', 'healthy')
  const { stack, calls, envFile, config } = await machine({
    docker: { version, ps: { output: `${JSON.stringify(minio)}\n` }, volume: {}, up: {} },
  })
  const steps: string[] = []
  expect(await stack.up({ onStep: (line) => steps.push(line), signal })).toEqual([
    'postgres',
    'metastore',
    'trino',
  ])
  expect(steps).toHaveLength(1)

  const made = await calls()
  const up = made.at(-1)
  expect(up?.args).toEqual(['compose', ...project(envFile, config.project), 'up', '--detach', '--wait'])
  expect(up?.env).toMatchObject({ ...config.variables, TRINO_PORT: '18080', DOCKER_HOST: 'tcp://somewhere' })
  const { administrator, lake, query, databasePassword } = config
  const secrets = [administrator.password, lake.secretAccessKey, query.secretAccessKey, databasePassword]
  for (const { args } of made) for (const secret of secrets) expect(args.join(' ')).not.toContain(secret)
})

test('down stops the running parts in reverse order, and deletes the data if asked', async () => {
  const output = JSON.stringify([
    container('postgres', 'running', 'healthy'),
    container('bucket', 'exited', ''),
    container('trino', 'running', 'starting'),
  ])
  const { stack, calls, envFile, config } = await machine({ docker: { version, ps: { output }, down: {} } })
  expect(await stack.down({ volumes: false })).toEqual(['trino', 'postgres'])
  expect((await calls()).at(-1)?.args).toEqual(['compose', ...project(envFile, config.project), 'down'])
  await stack.down({ volumes: true })
  expect((await calls()).at(-1)?.args).toEqual([
    'compose',
    ...project(envFile, config.project),
    'down',
    '--volumes',
  ])
})

const containers = [
  container('postgres', 'running', 'healthy'),
  container('minio', 'running', ''),
  container('bucket', 'exited', ''),
  container('metastore', 'running', 'unhealthy'),
]
test.each([
  ['one object per line', containers.map((each) => `${JSON.stringify(each)}\n`).join('')],
  ['an array', `${JSON.stringify(containers)}\n`],
])('status reads containers as %s', async (_, output) => {
  const { stack } = await machine({ docker: { version, ps: { output } } })
  const parts = await stack.status()
  expect(parts.map(({ name, state }) => [name, state])).toEqual([
    ['postgres', 'ready'],
    ['minio', 'ready'],
    ['metastore', 'starting'],
    ['trino', 'stopped'],
  ])
  expect(parts[2]?.detail).toBe('running for a while, log: docker logs minilake-metastore-1')
  expect(parts[3]).toMatchObject({ where: expect.stringContaining('127.0.0.1:18080'), detail: '' })
})

test.each([
  ['created', '', 'stopped'],
  ['exited', '', 'stopped'],
  ['paused', '', 'stopped'],
  ['restarting', '', 'starting'],
  ['running', 'starting', 'starting'],
])('a container that is %s (health "%s") is %s', async (state, health, expected) => {
  const output = JSON.stringify(container('trino', state, health))
  const { stack } = await machine({ docker: { version, ps: { output } } })
  expect((await stack.status())[3]?.state).toBe(expected)
})

test('status reports every part as stopped if there are no containers', async () => {
  const { stack } = await machine({ docker: { version, ps: { output: '' } } })
  expect(new Set((await stack.status()).map(({ state }) => state))).toEqual(new Set(['stopped']))
})

test('does not pass a .env that does not exist', async () => {
  const { stack, calls, envFile, config } = await machine({ docker: { version, ps: {} } })
  await rm(envFile)
  await stack.status()
  expect((await calls()).at(-1)?.args).toEqual([
    'compose',
    ...project(envFile, config.project).slice(0, -2),
    ...['ps', '--all', '--format', 'json'],
  ])
})

test.each([{ docker: {} }, { docker: { version: { output: 'v2.19.1\n' } } }, {}])(
  'uses docker-compose if the Docker plugin is missing or too old: %j',
  async (programs) => {
    const { stack, calls, envFile, config } = await machine({
      ...programs,
      'docker-compose': { version: { output: 'dev\n' }, ps: {} },
    })
    await stack.status()
    expect((await calls()).at(-1)).toMatchObject({
      name: 'docker-compose',
      args: [...project(envFile, config.project), 'ps', '--all', '--format', 'json'],
    })
  },
)

test.each([
  [{}, 'none'],
  [{ docker: {} }, 'none'],
  [
    { docker: { version: { output: '2.3.4\n' } }, 'docker-compose': { version: { output: '1.29.2\n' } } },
    'docker compose 2.3.4 and docker-compose 1.29.2',
  ],
])('rejects if there is no Compose 2.20 or later: %j', async (programs, found) => {
  const { stack } = await machine(programs)
  await expect(stack.up({ onStep: () => {}, signal })).rejects.toThrow(
    `the Compose stack expected Docker with Compose 2.20 or later, found ${found}: install it (https://docs.docker.com/get-docker), or run the stack without Docker: minilake up --native`,
  )
})

test('rejects if the Docker engine does not respond', async () => {
  const error = 'Cannot connect to the Docker daemon at tcp://somewhere. Is the docker daemon running?\n'
  const { stack } = await machine({ docker: { version, ps: { error } } })
  await expect(stack.status()).rejects.toThrow(
    'the Docker engine does not respond: start it, or run the stack without Docker: minilake up --native',
  )
})

test('keeps the error message of Compose', async () => {
  const error = 'container minilake-metastore-1 is unhealthy\n'
  const { stack } = await machine({ docker: { version, ps: {}, volume: {}, up: { error } } })
  await expect(stack.up({ onStep: () => {}, signal })).rejects.toThrow(
    'docker exited with 1: container minilake-metastore-1 is unhealthy',
  )
})

test("up rejects with the signal's reason if aborted", async () => {
  const { stack } = await machine({ docker: { version, ps: {}, volume: {}, up: { hangs: true } } })
  const controller = new AbortController()
  const reason = new Error('enough')
  const onStep = () => void setTimeout(() => controller.abort(reason), 200)
  await expect(stack.up({ onStep, signal: controller.signal })).rejects.toBe(reason)
})

test('containers and volumes belong to the folder of .env, or to COMPOSE_PROJECT_NAME', async () => {
  const [one, other] = [await machine({}), await machine({})]
  expect(one.config.project).toMatch(/^minilake-[a-z0-9-]+-[0-9a-f]{8}$/)
  expect(one.config.project).not.toBe(other.config.project)
  const { envFile } = one
  const environment = { COMPOSE_PROJECT_NAME: 'minilake' }
  expect(await readStackConfig({ envFile, environment })).toMatchObject({ project: 'minilake' })
  await writeFile(envFile, 'COMPOSE_PROJECT_NAME=ours\n', { flag: 'a' })
  expect(await readStackConfig({ envFile, environment: {} })).toMatchObject({ project: 'ours' })
})

test("data lists the project's volumes", async () => {
  const { stack, calls, config } = await machine({
    docker: { version, volume: { output: 'a_minio\na_postgres\n' } },
  })
  expect(await stack.data()).toEqual(['a_minio', 'a_postgres'])
  const label = `label=com.docker.compose.project=${config.project}`
  expect((await calls()).at(-1)?.args).toEqual(['volume', 'ls', '--quiet', '--filter', label])
})

test.each([
  [[], []],
  [[container('minio', 'exited', '')], ['minio', 'postgres']],
])("without Docker's own program, containers %j have the volumes %j", async (found, names) => {
  const output = found.map((each) => `${JSON.stringify(each)}\n`).join('')
  const { stack, config } = await machine({ 'docker-compose': { version, ps: { output } } })
  expect(await stack.data()).toEqual(names.map((name) => `${config.project}_${name}`))
})

test('says which credentials are wrong if PostgreSQL refuses the password of .env', async () => {
  const { stack } = await machine({
    docker: {
      version,
      ps: {},
      up: { error: 'container minilake-metastore-1 is unhealthy\n' },
      logs: { output: 'postgres-1 | FATAL:  password authentication failed for user "metastore"\n' },
      volume: { output: 'minilake_postgres\n' },
    },
  })
  await expect(stack.up({ onStep: () => {}, signal })).rejects.toThrow(
    "the stack's data (minilake_postgres) belong to a METASTORE_DB_PASSWORD that was in .env, which now has another one: put the former .env back, or remove the data with minilake down --volumes --yes",
  )
})

test('check rejects if there is no Docker, and passes if its engine responds', async () => {
  await expect((await machine({})).stack.check()).rejects.toThrow(
    'expected Docker with Compose 2.20 or later',
  )
  await (await machine({ docker: { version, ps: {} } })).stack.check()
})

test('up keeps the volumes of an earlier version, and says how to use them again', async () => {
  const answers = {
    version,
    ps: {},
    volume: {},
    former: { output: 'minilake_minio\nminilake_postgres\n' },
    up: {},
  }
  const steps: string[] = []
  const onStep = (line: string) => void steps.push(line)
  await (await machine({ docker: answers })).stack.up({ onStep, signal })
  expect(steps[0]).toBe(
    'starting a new stack and keeping minilake_minio and minilake_postgres: to use these volumes again, set COMPOSE_PROJECT_NAME=minilake in .env',
  )
  const later: string[] = []
  const started = await machine({ docker: { ...answers, volume: { output: 'a_minio\n' } } })
  await started.stack.up({ onStep: (line) => later.push(line), signal })
  expect(later).toHaveLength(1)
})
