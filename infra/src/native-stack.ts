import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { backgroundProcesses } from './background-process.js'
import type { Variables } from './env-file.js'
import { isExtra, type LocalStack, type PartName, partAddresses, type UpOptions } from './local-stack.js'
import { nativeKafka } from './native-kafka.js'
import { nativeMetastore } from './native-metastore.js'
import { nativeMinio } from './native-minio.js'
import type { NativeContext, NativePart } from './native-part.js'
import { nativePostgres } from './native-postgres.js'
import { nativeTrino } from './native-trino.js'
import { takesConnections } from './probe.js'
import type { StackConfig } from './stack-config.js'
import { stackFolder } from './stack-folder.js'

/** Options of the native stack. */
export interface NativeStackOptions {
  config: StackConfig
  /** Folder for the stack's programs, data and logs. */
  folder: string
  /** Environment in which to find and run programs. */
  environment: Variables
}

/** Longest time, in seconds, for a part to become ready. Trino takes most of a minute on two busy cores. */
const startSeconds = 180

/**
 * The stack without Docker: PostgreSQL, MinIO, the metastore and Trino, and Kafka if asked for, as processes on this machine. They
 * listen on 127.0.0.1 only and keep all their state in one folder.
 *
 * @example
 * ```ts
 * import { env } from 'node:process'
 * import { completeEnvFile, nativeStack, readStackConfig } from '@minilake/infra'
 *
 * await completeEnvFile('.env', env)
 * const config = await readStackConfig({ envFile: '.env', environment: env })
 * const stack = nativeStack({ config, folder: '.minilake', environment: env })
 * await stack.up({ onStep: console.log, signal: AbortSignal.timeout(20 * 60_000) })
 * ```
 */
export function nativeStack({ config, folder, environment }: NativeStackOptions): LocalStack {
  const home = resolve(folder)
  const processes = backgroundProcesses(home)
  const place = stackFolder(home)
  const partsIn = ({ onStep, signal }: Pick<NativeContext, 'onStep' | 'signal'>): NativePart[] => {
    const context = { config, folder: home, environment, onStep, signal }
    return [
      ...[nativePostgres(context), nativeMinio(context), nativeMetastore(context), nativeTrino(context)],
      nativeKafka(context),
    ]
  }
  const silentParts = partsIn({ onStep: () => {} })

  /** The parts that this stack has, which the records of their processes tell, and those asked for. */
  const chosen = async (parts: readonly NativePart[], extras: UpOptions['extras'] = []) => {
    const found: NativePart[] = []
    for (const part of parts) {
      const { name } = part
      if (!isExtra(name) || extras.includes(name) || (await processes.isKnown(name))) found.push(part)
    }
    return found
  }

  const waitUntilReady = async (part: NativePart, signal: AbortSignal) => {
    const late = AbortSignal.timeout(startSeconds * 1000)
    const log = `its log is ${processes.logPath(part.name)}`
    while (!(await part.isReady())) {
      signal.throwIfAborted()
      if ((await processes.find(part.name)) === undefined) {
        const last = await processes.lastLines(part.name, 1)
        throw new Error(`${part.name} exited while starting: ${last} (${log})`)
      }
      if (late.aborted) throw new Error(`${part.name} was not ready after ${startSeconds} s: ${log}`)
      await wait(250)
    }
  }

  const checkPorts = async ({ name, ports }: NativePart) => {
    for (const [variable, port] of Object.entries(ports)) {
      if (!(await takesConnections(port))) continue
      throw new Error(
        `${name} cannot start: another program uses port ${port} (stop it, or set ${variable} in .env to another port)`,
      )
    }
  }

  const isUpToDate = async (part: NativePart) =>
    (await processes.find(part.name)) !== undefined &&
    (await processes.hasSettings(part.name, (await part.program()).settings))

  const start = async (
    part: NativePart,
    { onStep, signal }: Pick<NativeContext, 'onStep'> & { signal: AbortSignal },
  ) => {
    const isRunning = await isUpToDate(part)
    if (!isRunning) {
      if ((await processes.find(part.name)) !== undefined) {
        onStep(`stopping ${part.name}: its settings have changed since it started`)
        await processes.stop(part.name, part.endSignal)
      }
      await checkPorts(part)
      await part.prepare()
      onStep(`starting ${part.name}`)
      await processes.start(part.name, await part.program())
    }
    await waitUntilReady(part, signal)
    await part.complete()
    return !isRunning
  }

  const outdatedParts = async (parts: readonly NativePart[]) => {
    const outdated: NativePart[] = []
    for (const part of parts) if (!(await isUpToDate(part))) outdated.push(part)
    return outdated
  }

  const check = async (parts: readonly NativePart[]) => {
    await place.check()
    const missing = new Set<string>()
    for (const part of await outdatedParts(parts))
      for (const thing of await part.missing()) missing.add(thing)
    if (missing.size > 0) {
      throw new Error(`the native stack cannot start, missing on this machine: ${[...missing].join('; ')}`)
    }
  }

  return {
    check: async ({ extras } = {}) => check(await chosen(silentParts, extras)),

    async up({ onStep, signal, extras }) {
      const parts = await chosen(partsIn({ onStep, signal }), extras)
      await check(parts)
      await place.claim()
      return processes.withLock(async () => {
        await place.makeDataFolders()
        for (const part of await outdatedParts(parts)) await part.install()
        const started: PartName[] = []
        for (const part of parts) if (await start(part, { onStep, signal })) started.push(part.name)
        return started
      })
    },

    async down({ volumes }) {
      if (!(await place.isOurs())) return []
      return processes.withLock(async () => {
        const stopped: PartName[] = []
        for (const part of silentParts.toReversed()) {
          if (await processes.stop(part.name, part.endSignal)) stopped.push(part.name)
        }
        if (volumes) await place.removeData()
        return stopped
      })
    },

    data: place.data,

    async status() {
      const where = partAddresses(config)
      return Promise.all(
        (await chosen(silentParts)).map(async (part) => {
          const { name } = part
          const pid = await processes.find(name)
          const state = pid === undefined ? 'stopped' : (await part.isReady()) ? 'ready' : 'starting'
          const detail = pid === undefined ? '' : `process ${pid}, log ${processes.logPath(name)}`
          return { name, state, where: where[name], detail } as const
        }),
      )
    },
  }
}
