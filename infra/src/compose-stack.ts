import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Variables } from './env-file.js'
import { isPasswordRefusal, otherCredentialsError } from './other-credentials.js'
import {
  extraPartNames,
  isExtra,
  type LocalStack,
  type PartName,
  partNames,
  type PartStatus,
  partAddresses,
  type UpOptions,
} from './local-stack.js'
import { runProgram } from './run-program.js'
import { infraFolder, type StackConfig } from './stack-config.js'

/** Options of the Compose stack. */
export interface ComposeStackOptions {
  config: StackConfig
  /** Path of the file with the credentials. It may be missing if the environment has them. */
  envFile: string
  /** Environment in which to find and run Docker. */
  environment: Variables
}

/**
 * The stack run by Docker Compose: `compose.yaml` of this package as the project `config.project`, which belongs to the folder of the
 * env file. So stacks of two folders share neither containers nor volumes.
 */
export function composeStack({ config, envFile, environment }: ComposeStackOptions): LocalStack {
  // Credentials are passed in the environment only: every user of the machine can see arguments.
  const env = { ...environment, ...config.variables }

  /** Runs Compose on the services of every stack and of `extras`, each of which has a profile of its name. */
  const compose = async (
    args: readonly string[],
    signal?: AbortSignal,
    extras: readonly string[] = extraPartNames,
  ) => {
    const [program, ...first] = await findCompose(env, signal)
    const envFiles = [join(infraFolder, 'stack.env')]
    const credentials = resolve(envFile)
    if (await exists(credentials)) envFiles.push(credentials)
    const project = ['--project-name', config.project, '--file', join(infraFolder, 'compose.yaml')]
    const files = envFiles.flatMap((path) => ['--env-file', path])
    try {
      return await runProgram(program, [...first, ...project, ...files, ...args], {
        env: { ...env, COMPOSE_PROFILES: extras.join(',') },
        signal,
      })
    } catch (error) {
      throw engineError(error)
    }
  }

  const status = async (signal?: AbortSignal): Promise<PartStatus[]> => {
    const containers = parseContainers(await compose(['ps', '--all', '--format', 'json'], signal))
    const where = partAddresses(config)
    return partNames.flatMap((name) => {
      const container = containers.find(({ Service }) => Service === name)
      if (container === undefined && isExtra(name)) return []
      const state = container ? stateOf(container) : 'stopped'
      const detail = container ? `${container.Status}, log: docker logs ${container.Name}` : ''
      return [{ name, state, where: where[name], detail }]
    })
  }

  const running = async (signal?: AbortSignal): Promise<PartName[]> =>
    (await status(signal)).filter(({ state }) => state !== 'stopped').map(({ name }) => name)

  /** Compose labels the volumes that it creates, so other volumes never count. */
  const volumesOf = async (project: string) => {
    const label = `label=com.docker.compose.project=${project}`
    const text = await runProgram('docker', ['volume', 'ls', '--quiet', '--filter', label], { env })
    return text.split('\n').filter((name) => name.trim() !== '')
  }

  const data = () =>
    volumesOf(config.project).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw engineError(error)
      // Compose without Docker's own program: it knows the containers, and they have these volumes.
      const containers = parseContainers(await compose(['ps', '--all', '--format', 'json']))
      return containers.length === 0 ? [] : [`${config.project}_minio`, `${config.project}_postgres`]
    })

  /** Tells the user of an earlier version, whose project had the same name in every folder, where the data are. */
  const noteFormerProject = async (onStep: (line: string) => void) => {
    if (config.project === formerProject || (await data()).length > 0) return
    const former = await volumesOf(formerProject).catch(() => []) // without Docker's own program, there is nothing to tell
    if (former.length === 0) return
    onStep(
      `starting a new stack and keeping ${former.join(' and ')}: to use these volumes again, set COMPOSE_PROJECT_NAME=${formerProject} in .env`,
    )
  }

  /** Explains why `up` failed if PostgreSQL has refused the metastore's password. */
  const explain = async (cause: unknown, signal: AbortSignal) => {
    signal.throwIfAborted()
    const log = await compose(['logs', '--no-color', '--tail', '100', 'postgres', 'metastore'], signal).catch(
      () => '',
    )
    if (!isPasswordRefusal(log)) return cause
    const removal = 'minilake down --volumes --yes'
    return otherCredentialsError({ found: 'changed', data: await data(), removal, cause })
  }

  return {
    // Needs Compose and an engine that responds.
    check: async ({ signal } = {}) => void (await status(signal)),

    async up({ onStep, signal, extras = [] }) {
      const known = await status(signal)
      const before = known.filter(({ state }) => state !== 'stopped').map(({ name }) => name)
      const wanted: UpOptions['extras'] = extraPartNames.filter(
        (extra) => extras.includes(extra) || known.some(({ name }) => name === extra),
      )
      await noteFormerProject(onStep)
      onStep('starting the containers (the first run pulls the images and builds one: this takes minutes)')
      await compose(['up', '--detach', '--wait'], signal, wanted).catch(async (cause: unknown) => {
        throw await explain(cause, signal)
      })
      return partNames.filter((name) => !before.includes(name) && (!isExtra(name) || wanted.includes(name)))
    },

    async down({ volumes }) {
      const before = await running()
      await compose(['down', ...(volumes ? ['--volumes'] : [])])
      return before.toReversed()
    },

    data,

    status: () => status(),
  }
}

/** The project of versions in which all folders shared one, and of compose.yaml. */
const formerProject = 'minilake'

const withoutDocker = 'run the stack without Docker: minilake up --native'

/** Returns what to throw for an error of Docker or Compose. */
function engineError(error: unknown): unknown {
  if (!/docker daemon|docker API|error during connect/i.test(String(error))) return error
  return new Error(`the Docker engine does not respond: start it, or ${withoutDocker}`, { cause: error })
}

/** Finds Compose 2.20 or later, as a program with its first arguments: the Docker plugin, else the standalone program. */
async function findCompose(env: Variables, signal?: AbortSignal): Promise<[string, ...string[]]> {
  const found: string[] = []
  for (const command of [['docker', 'compose'], ['docker-compose']] as [string, ...string[]][]) {
    const [program, ...first] = command
    const version = await runProgram(program, [...first, 'version', '--short'], { env, signal }).catch(
      () => '',
    )
    signal?.throwIfAborted()
    if (version.trim() === '') continue
    // A Compose built from source reports the version "dev".
    const numbers = /^v?(\d+)\.(\d+)/.exec(version)
    if (numbers === null || Number(numbers[1]) * 1000 + Number(numbers[2]) >= 2020) return command
    found.push(`${command.join(' ')} ${version.trim()}`)
  }
  throw new Error(
    `the Compose stack expected Docker with Compose 2.20 or later, found ${found.join(' and ') || 'none'}: install it (https://docs.docker.com/get-docker), or ${withoutDocker}`,
  )
}

/** The fields read from `docker compose ps --format json`. */
interface Container {
  Name: string
  Service: string
  /** One of created, running, paused, restarting, removing, exited, dead. */
  State: string
  /** One of healthy, unhealthy, starting; empty for a container without a health check. */
  Health: string
  /** State and health as text for people. */
  Status: string
}

/** Parses one JSON object per line, as Compose 2.21 and later print it, or a JSON array, as earlier versions do. */
function parseContainers(text: string): Container[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => JSON.parse(line) as Container | Container[])
}

function stateOf({ State, Health }: Container): PartStatus['state'] {
  if (State === 'restarting') return 'starting'
  if (State !== 'running') return 'stopped'
  return Health === 'healthy' || Health === '' ? 'ready' : 'starting'
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
