import { composeStack, type LocalStack, nativeStack, type PartStatus, readStackConfig } from '@minilake/infra'
import { tableText } from './print/result-format.js'
import type { Settings } from '@minilake/lake'
import type { Environment, Session } from './session.js'
import { type SettingName, settings as settingDefaults } from '@minilake/lake'
import { isLoopback } from '@minilake/lake'
import { stackSettings } from '@minilake/lake'
import { UsageError } from '@minilake/lake'

/** The stack on this machine, on the ports that the settings name: native, or by Compose. */
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

/** The parts of the stack that runs on this machine, whichever way it was started; none where no part of one does. */
export async function runningParts(session: Session, environment: Environment): Promise<PartStatus[]> {
  for (const native of [true, false]) {
    try {
      const parts = await (
        await localStack(session, environment, { native, credentials: 'optional' })
      ).status()
      if (parts.some(({ state }) => state !== 'stopped')) return parts
    } catch {
      // Not of this machine, or no Docker: then nothing of it runs here.
    }
  }
  return []
}

/** The parts of a stack as a table. */
export function partsText(parts: readonly PartStatus[]): string {
  const columns = ['part', 'state', 'where', 'detail'].map((name) => ({ name, type: 'varchar' as const }))
  return tableText(
    columns,
    parts.map(({ name: part, state, where, detail }) => ({ part, state, where, detail })),
  )
}

/** The ports of S3 and Trino as the stack's variables. Throws a UsageError for addresses that are not of this machine. */
export function localPorts(settings: Settings): { MINIO_PORT: string; TRINO_PORT: string } {
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
    `${setting} expected an http address of this machine, such as ${settingDefaults[setting].default}, got ${url}: there is nothing to start or stop here`,
  )
}
