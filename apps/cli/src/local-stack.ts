import { composeStack, type LocalStack, nativeStack, type PartStatus, readStackConfig } from '@minilake/infra'
import { UsageError } from '@minilake/lake'
import {
  isLoopback,
  type SettingName,
  type Settings,
  settings as settingDefaults,
  stackSettings,
} from '@minilake/lake/settings'
import type { Environment, Session } from './session.js'

/** The stack on this machine, on the ports that the settings name: native, or by Docker Compose. */
export async function localStack(
  { settings, envFile }: Session,
  { process }: Environment,
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

/** The parts of the stack that runs on this machine, however it was started; none when no part runs. */
export async function runningParts(session: Session, environment: Environment): Promise<PartStatus[]> {
  for (const native of [true, false]) {
    try {
      const stack = await localStack(session, environment, { native, credentials: 'optional' })
      const parts = await stack.status()
      if (parts.some(({ state }) => state !== 'stopped')) return parts
    } catch {
      // The lake is on another machine, or Docker is missing: then no part of it runs here.
    }
  }
  return []
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
