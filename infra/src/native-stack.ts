import { rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { backgroundProcesses } from './background-process.js'
import type { Variables } from './env-file.js'
import { type LocalStack, type PartName, whereParts } from './local-stack.js'
import { nativeMetastore } from './native-metastore.js'
import { nativeMinio } from './native-minio.js'
import type { NativeContext, NativePart } from './native-part.js'
import { nativePostgres } from './native-postgres.js'
import { nativeTrino } from './native-trino.js'
import { takesConnections } from './probe.js'
import type { StackConfig } from './stack-config.js'

/** Where the native stack is, and with what it runs. */
export interface NativeStackOptions {
  config: StackConfig
  /** Programs, data and logs of the stack. */
  folder: string
  /** The environment that programs are found in and run with. */
  environment: Variables
}

/** How long a part may take until it answers, in seconds: Trino needs most of a minute on two busy cores. */
const startSeconds = 180

/**
 * The stack without Docker: PostgreSQL, MinIO, the metastore and Trino as processes of this machine that listen on 127.0.0.1, all
 * their state in one folder.
 */
export function nativeStack({ config, folder, environment }: NativeStackOptions): LocalStack {
  const home = resolve(folder)
  const processes = backgroundProcesses(home)
  const partsIn = ({ onStep, signal }: Pick<NativeContext, 'onStep' | 'signal'>): NativePart[] => {
    const context = { config, folder: home, environment, onStep, signal }
    return [nativePostgres(context), nativeMinio(context), nativeMetastore(context), nativeTrino(context)]
  }
  const quiet = partsIn({ onStep: () => {} })

  const untilReady = async (part: NativePart, signal: AbortSignal) => {
    const late = AbortSignal.timeout(startSeconds * 1000)
    const log = `its log is ${processes.logPath(part.name)}`
    while (!(await part.isReady())) {
      signal.throwIfAborted()
      if ((await processes.find(part.name)) === undefined) {
        const last = await processes.lastLines(part.name, 1)
        throw new Error(`${part.name} ended while it was starting: ${last} (${log})`)
      }
      if (late.aborted) throw new Error(`${part.name} does not answer within ${startSeconds} s: ${log}`)
      await wait(250)
    }
  }

  const checkPorts = async ({ name, ports }: NativePart) => {
    for (const [variable, port] of Object.entries(ports)) {
      if (!(await takesConnections(port))) continue
      throw new Error(
        `${name} cannot start: port ${port} is taken by another program (end that, or name another port by ${variable} in .env)`,
      )
    }
  }

  const runsAsItShould = async (part: NativePart) =>
    (await processes.find(part.name)) !== undefined &&
    (await processes.hasSettings(part.name, (await part.program()).settings))

  const start = async (
    part: NativePart,
    { onStep, signal }: Pick<NativeContext, 'onStep'> & { signal: AbortSignal },
  ) => {
    const isRunning = await runsAsItShould(part)
    if (!isRunning) {
      if ((await processes.find(part.name)) !== undefined) {
        onStep(`stopping ${part.name}: its settings have changed since it was started`)
        await processes.stop(part.name, part.endSignal)
      }
      await checkPorts(part)
      await part.prepare()
      onStep(`starting ${part.name}`)
      await processes.start(part.name, await part.program())
    }
    await untilReady(part, signal)
    await part.complete()
    return !isRunning
  }

  return {
    async up({ onStep, signal }) {
      const parts = partsIn({ onStep, signal })
      const missing = new Set<string>()
      const stopped: NativePart[] = []
      for (const part of parts) if (!(await runsAsItShould(part))) stopped.push(part)
      for (const part of stopped) for (const thing of await part.missing()) missing.add(thing)
      if (missing.size > 0) {
        throw new Error(`the native stack lacks on this machine: ${[...missing].join('; ')}`)
      }
      return processes.alone(async () => {
        for (const part of stopped) await part.install()
        const started: PartName[] = []
        for (const part of parts) if (await start(part, { onStep, signal })) started.push(part.name)
        return started
      })
    },

    async down({ volumes }) {
      if (!(await stat(home).catch(() => undefined))) return []
      return processes.alone(async () => {
        const stopped: PartName[] = []
        for (const part of quiet.toReversed()) {
          if (await processes.stop(part.name, part.endSignal)) stopped.push(part.name)
        }
        if (volumes) await rm(join(home, 'data'), { recursive: true, force: true })
        return stopped
      })
    },

    async status() {
      const where = whereParts(config)
      return Promise.all(
        quiet.map(async (part) => {
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
