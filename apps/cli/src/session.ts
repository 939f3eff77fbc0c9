import { join } from 'node:path'
import { readEnvFile, type Variables, withoutEmpty } from '@minilake/infra'
import type { Command } from 'commander'
import { type Config, loadConfig } from '@minilake/lake'
import type { ConfigFlag } from './options/config-option.js'
import { embeddedLake } from '@minilake/lake'
import type { LakeBackend } from '@minilake/lake'
import { resolveSettings, type Settings, type SettingSources } from '@minilake/lake'
import { localKeys, type S3Keys } from '@minilake/lake'
import { stackLake } from '@minilake/lake'
import { type Terminal, terminalOn } from './print/terminal.js'
import { UsageError } from '@minilake/lake'

/** The options that commands share; those that set a setting are given as far as a command has them. */
export type GlobalOptions = SettingSources['flags'] & {
  config?: ConfigFlag
  json?: boolean
  quiet?: boolean
  verbose?: boolean
  /** Seconds after which an upload counts as interrupted; only commands that publish have it. */
  resumeAfter?: number
}

/** What a command runs with. */
export interface Session {
  readonly lake: LakeBackend
  readonly config: Config
  readonly settings: Settings
  /** Path of the file with the local stack's credentials; it may not exist. */
  readonly envFile: string
  /** What that file and the environment say. */
  readonly local: Variables
  /** The keys of S3, where minilake has to name them. */
  readonly keys: S3Keys | undefined
  readonly terminal: Terminal
  readonly json: boolean
  /** Aborted when the user interrupts, or nobody reads the output any more. */
  readonly signal: AbortSignal
  /** Makes the exit code 1, for a command that says itself what went wrong. */
  readonly fail: () => void
}

/** The part of a process that the commands touch. */
export interface Environment {
  process: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'cwd' | 'env' | 'exitCode'>
  /** Aborted when the user interrupts, or nobody reads the output any more. */
  signal: AbortSignal
}

/** Opens the session of a command from its options; `given` are settings that its arguments say instead. */
export async function openSession(
  command: Command,
  { process, signal }: Environment,
  given: SettingSources['flags'] = {},
): Promise<Session> {
  const options = command.optsWithGlobals<GlobalOptions>()
  const { config: flag = {}, profile, out, json = false, quiet = false, resumeAfter } = options
  if (flag.alone && command.name() !== 'status') {
    throw new UsageError('--config expected a file, got nothing: only minilake status takes it alone')
  }
  const variables = process.env
  const config = await loadConfig({ flag: flag.file, variables, folder: process.cwd() })
  const envFile = join(process.cwd(), '.env')
  const local = { ...(await readEnvFile(envFile)), ...withoutEmpty(variables) }
  const settings = resolveSettings({ file: config.file, variables, local, flags: { profile, out, ...given } })
  // The SDK's hint at a later Node is for developers. It looks at this variable when it is loaded.
  variables.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const keys = localKeys(settings['profiles.stack.endpoint'].value, { local, environment: variables })
  return {
    lake:
      settings.profile.value === 'stack'
        ? await stackLake(config.tables, { settings, keys, resumeAfterSeconds: resumeAfter })
        : embeddedLake(config.tables, { folder: settings['profiles.embedded.folder'].value }),
    config,
    settings,
    envFile,
    local,
    keys,
    terminal: terminalOn(process, { quiet, signal }),
    json,
    signal,
    fail: () => {
      process.exitCode = 1
    },
  }
}
