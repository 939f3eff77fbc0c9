import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Variables } from './env-file.js'
import { type LocalStack, type PartName, partNames, type PartStatus, whereParts } from './local-stack.js'
import { runProgram } from './run-program.js'
import { infraFolder, type StackConfig } from './stack-config.js'

/** With what the Compose stack runs. */
export interface ComposeStackOptions {
  config: StackConfig
  /** The file with the credentials. It may be missing where the environment has them. */
  envFile: string
  /** The environment that Docker is found in and run with. */
  environment: Variables
}

/** The stack by Docker Compose: `compose.yaml` of this package, as the project `minilake`. */
export function composeStack({ config, envFile, environment }: ComposeStackOptions): LocalStack {
  // Credentials go this way alone: arguments are there for all to see.
  const env = { ...environment, ...config.variables }

  const compose = async (args: readonly string[], signal?: AbortSignal) => {
    const [program, ...first] = await findCompose(env, signal)
    const envFiles = [join(infraFolder, 'stack.env')]
    const theirs = resolve(envFile)
    if (await isThere(theirs)) envFiles.push(theirs)
    const project = ['--project-name', 'minilake', '--file', join(infraFolder, 'compose.yaml')]
    const files = envFiles.flatMap((path) => ['--env-file', path])
    try {
      return await runProgram(program, [...first, ...project, ...files, ...args], { env, signal })
    } catch (error) {
      if (!/docker daemon|docker API|error during connect/i.test(String(error))) throw error
      throw new Error(`Docker's engine does not answer: start it, or ${withoutDocker}`, { cause: error })
    }
  }

  const status = async (signal?: AbortSignal): Promise<PartStatus[]> => {
    const containers = parseContainers(await compose(['ps', '--all', '--format', 'json'], signal))
    const where = whereParts(config)
    return partNames.map((name) => {
      const container = containers.find(({ Service }) => Service === name)
      return {
        name,
        state: container ? stateOf(container) : 'stopped',
        where: where[name],
        detail: container ? `${container.Status}, its log: docker logs ${container.Name}` : '',
      }
    })
  }

  const running = async (signal?: AbortSignal): Promise<PartName[]> =>
    (await status(signal)).filter(({ state }) => state !== 'stopped').map(({ name }) => name)

  return {
    async up({ onStep, signal }) {
      const before = await running(signal)
      onStep('starting the containers (the first time, images are fetched and one is built: minutes)')
      await compose(['up', '--detach', '--wait'], signal)
      return partNames.filter((name) => !before.includes(name))
    },

    async down({ volumes }) {
      const before = await running()
      await compose(['down', ...(volumes ? ['--volumes'] : [])])
      return before.toReversed()
    },

    status: () => status(),
  }
}

const withoutDocker = 'minilake up --native runs the stack without Docker'

/** The first Compose that can be run, as a program and its first arguments: Docker's plugin, or a program of its own. */
async function findCompose(env: Variables, signal?: AbortSignal): Promise<[string, ...string[]]> {
  const found: string[] = []
  for (const command of [['docker', 'compose'], ['docker-compose']] as [string, ...string[]][]) {
    const [program, ...first] = command
    const version = await runProgram(program, [...first, 'version', '--short'], { env, signal }).catch(
      () => '',
    )
    signal?.throwIfAborted()
    if (version.trim() === '') continue
    // One that was built from source calls itself "dev".
    const numbers = /^v?(\d+)\.(\d+)/.exec(version)
    if (numbers === null || Number(numbers[1]) * 1000 + Number(numbers[2]) >= 2020) return command
    found.push(`${command.join(' ')} ${version.trim()}`)
  }
  throw new Error(
    `the Compose stack expected Docker with Compose 2.20 or later, found ${found.join(' and ') || 'none'}: install it (https://docs.docker.com/get-docker), or ${withoutDocker}`,
  )
}

/** What `docker compose ps --format json` says of a container, and is read here. */
interface Container {
  Name: string
  Service: string
  /** created, running, paused, restarting, removing, exited or dead. */
  State: string
  /** healthy, unhealthy, starting, or empty where there is no check. */
  Health: string
  /** State and health in words. */
  Status: string
}

/** One JSON document a line since Compose 2.21, an array of them before. */
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

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
