import { setTimeout as wait } from 'node:timers/promises'
import {
  composeStack,
  extraPartNames,
  type LocalStack,
  nativeStack,
  type PartStatus,
  readStackConfig,
} from '@minilake/infra'
import { ObjectStoreError } from '@minilake/ingest'
import { PartDownError, UsageError } from '@minilake/lake'
import {
  type AskLocalParts,
  isLoopback,
  type SettingName,
  type Settings,
  settings as settingDefaults,
  stackSettings,
} from '@minilake/lake/settings'
import type { Environment, Session, StackPlace } from './session.js'

/** The stack on this machine, on the ports that the settings name: native, or by Docker Compose. */
export async function localStack(
  { settings, envFile }: StackPlace,
  { process }: Pick<Environment, 'process'>,
  { native, credentials }: { native: boolean; credentials: 'required' | 'optional' },
): Promise<LocalStack> {
  const { region, folder } = stackSettings(settings)
  const config = await readStackConfig({
    envFile,
    environment: { ...process.env, ...localPorts(settings), S3_REGION: region },
    credentials,
  })
  const environment = process.env
  if (native) return nativeStack({ config, folder, environment })
  return composeStack({ config, envFile, environment })
}

interface RunningStack {
  native: boolean
  parts: readonly PartStatus[]
}

/** The parts of the stack that runs on this machine, and whether it is the native one; no parts when none runs. */
export async function runningStack(
  place: StackPlace,
  environment: Pick<Environment, 'process'>,
): Promise<RunningStack> {
  for (const native of [true, false]) {
    try {
      const stack = await localStack(place, environment, { native, credentials: 'optional' })
      const parts = await stack.status()
      if (parts.some(({ state }) => state !== 'stopped')) return { native, parts }
    } catch {
      // The lake is on another machine, or Docker is missing: then no part of it runs here.
    }
  }
  return { native: false, parts: [] }
}

/** Asks the parts of the stack on this machine which of them is dead or frozen. */
export function askLocalParts(place: StackPlace, environment: Pick<Environment, 'process'>): AskLocalParts {
  return async ({ failure, signal, answerMillis }) => {
    const deadline = performance.now() + answerMillis
    for (;;) {
      const stack = lakeParts(await runningStack(place, environment))
      const text = downText(stack)
      if (text === undefined) return undefined
      const isCertain = failure !== undefined || stack.parts.some(({ state }) => state === 'stopped')
      if (isCertain || performance.now() > deadline)
        return new PartDownError(text, failure && { cause: failure })
      await wait(500, undefined, { signal })
    }
  }
}

const unreachableCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'TimeoutError'])

/** The error for a failure of S3 that a part of the stack on this machine explains; else the failure itself. */
export async function explained(
  error: unknown,
  place: StackPlace,
  environment: Pick<Environment, 'process'>,
): Promise<unknown> {
  if (!(error instanceof ObjectStoreError && unreachableCodes.has(error.code ?? ''))) return error
  const text = downText(lakeParts(await runningStack(place, environment)))
  return text === undefined ? error : new PartDownError(text, { cause: error })
}

const partTitles = {
  postgres: 'PostgreSQL',
  minio: 'MinIO',
  metastore: 'the Hive Metastore',
  trino: 'Trino',
  kafka: 'Kafka',
} as const

/** The parts that every lake needs: none that were started by `up --with`. */
function lakeParts(stack: RunningStack): RunningStack {
  const extras = new Set<string>(extraPartNames)
  return { ...stack, parts: stack.parts.filter(({ name }) => !extras.has(name)) }
}

/** One sentence about the parts that are dead or do not answer, with what to do; undefined when all are ready, or none runs. */
export function downText({ native, parts }: RunningStack): string | undefined {
  const [up, down] = [`minilake up${native ? ' --native' : ''}`, `minilake down${native ? ' --native' : ''}`]
  const titles = (state: PartStatus['state']) =>
    parts.flatMap((part) => (part.state === state ? [partTitles[part.name]] : []))
  const [stopped, silent] = [titles('stopped'), parts.filter(({ state }) => state === 'starting')]
  const verb = (subjects: readonly unknown[]) => (subjects.length === 1 ? ['is', 'does'] : ['are', 'do'])
  if (stopped.length > 0)
    return `${stopped.join(' and ')} of the local stack ${verb(stopped)[0]} not running: ${up} starts what is missing`
  if (silent.length === 0) return undefined
  const details = silent.map(({ detail }) => detail).join('; ')
  return `${titles('starting').join(' and ')} of the local stack ${verb(silent)[1]} not answer (${details}): wait if the stack has just started, else restart it with ${down} and ${up}`
}

/**
 * The stack to stop: the native one if a part of it runs; else Compose's if it has containers or volumes; else the native one if it
 * has data. Rejects if nothing of either is found and Docker does not say that there is nothing.
 */
export async function findStack(session: Session, environment: Environment): Promise<LocalStack> {
  const native = await localStack(session, environment, { native: true, credentials: 'optional' })
  const compose = await localStack(session, environment, { native: false, credentials: 'optional' })
  const isUp = (parts: readonly PartStatus[]) => parts.some(({ state }) => state !== 'stopped')
  if (isUp(await native.status())) return native
  const hasNativeData = (await native.data()).length > 0
  try {
    if (isUp(await compose.status()) || (await compose.data()).length > 0) return compose
  } catch (error) {
    if (!hasNativeData) throw error
  }
  return hasNativeData ? native : compose
}

/** The ports of S3 and Trino as variables of the stack. Throws a UsageError for addresses of other machines. */
function localPorts(settings: Settings): { MINIO_PORT: string; TRINO_PORT: string } {
  const { endpoint, trino } = stackSettings(settings)
  return {
    MINIO_PORT: portOf(endpoint, 'profiles.stack.endpoint'),
    TRINO_PORT: portOf(trino, 'profiles.stack.trino'),
  }
}

function portOf(url: string, setting: SettingName): string {
  const { port, protocol } = new URL(url)
  if (isLoopback(url) && protocol === 'http:') return port || '80'
  throw new UsageError(
    `${setting} expected an http address of this machine, such as ${settingDefaults[setting].default}, got ${url}: minilake starts and stops servers only on this machine`,
  )
}
