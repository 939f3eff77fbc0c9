import { join } from 'node:path'
import { readEnvFile, withoutEmpty } from '@minilake/infra'
import { type Lake, UsageError } from '@minilake/lake'
import {
  type AskLocalParts,
  type Config,
  lakeKeys,
  loadConfig,
  openResolvedLake,
  resolveSettings,
  type Settings,
  type SettingSources,
  type Variables,
} from '@minilake/lake/settings'
import type { Command } from 'commander'
import { type Terminal, terminalOn } from './print/terminal.js'

/** The options that commands share. */
export type GlobalOptions = SettingSources['flags'] & {
  /** Folder of the embedded lake. */
  lake?: string
  config?: string
  json?: boolean
  quiet?: boolean
  verbose?: boolean
  /** Seconds without a sign of life after which an upload or a change counts as left behind; only commands that write to a lake have it. */
  resumeAfter?: number
}

/** What a command runs with. */
export interface Session {
  readonly lake: Lake
  readonly config: Config
  readonly settings: Settings
  /** Path of the file with the local stack's credentials; it may not exist. */
  readonly envFile: string
  /** The variables of that file and of the environment. */
  readonly local: Variables
  readonly terminal: Terminal
  readonly json: boolean
  /** Aborted when the user interrupts, or when nobody reads the output any more. */
  readonly signal: AbortSignal
  /** Sets the exit code 1, for a command that has printed what went wrong. */
  readonly fail: () => void
}

/** Where the stack on this machine would be. */
export type StackPlace = Pick<Session, 'settings' | 'envFile'>

/** The part of a process that commands use. */
export interface Environment {
  process: Pick<NodeJS.Process, 'argv' | 'stdin' | 'stdout' | 'stderr' | 'cwd' | 'env' | 'exitCode'>
  /** Aborted when the user interrupts, or when nobody reads the output any more. */
  signal: AbortSignal
  /** Asks the parts of the stack on this machine which of them is dead or frozen. */
  askLocalParts: (place: StackPlace) => AskLocalParts
  /** The error for a failure of S3 that a part of the stack on this machine explains; else the failure itself. */
  explained: (error: unknown, place: StackPlace) => Promise<unknown>
}

/** Runs a command in a session made from its options, and closes the lake afterwards. `given` are settings from arguments. */
export async function withSession(
  command: Command,
  environment: Environment,
  work: (session: Session) => Promise<void>,
  given: SettingSources['flags'] = {},
): Promise<void> {
  const session = await openSession(command, environment, given)
  try {
    await work(session)
  } catch (error) {
    environment.signal.throwIfAborted()
    throw await environment.explained(error, session)
  } finally {
    await session.lake.close()
  }
}

async function openSession(
  command: Command,
  { process, signal, askLocalParts }: Environment,
  given: SettingSources['flags'],
): Promise<Session> {
  const options = command.optsWithGlobals<GlobalOptions>()
  const { config: file, profile, out, lake: folder, json = false, quiet = false, resumeAfter } = options
  if (file === '') throw new UsageError('--config expected a file, got an empty text')
  const variables = process.env
  const config = await loadConfig({ file, optionName: '--config', variables, folder: process.cwd() })
  const envFile = join(process.cwd(), '.env')
  const local = { ...(await readEnvFile(envFile)), ...withoutEmpty(variables) }
  const flags = { profile, out, 'profiles.embedded.folder': folder, ...given }
  const settings = resolveSettings({ file: config.file, variables, local, flags })
  if (folder !== undefined && settings.profile.value !== 'embedded')
    throw new UsageError(
      `--lake names the folder of an embedded lake, but the profile is ${settings.profile.value} (${settings.profile.origin}): leave --lake out, or add --profile embedded`,
    )
  // The SDK reads this variable when it loads; its hint to upgrade Node is for developers.
  variables.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const lake = await openResolvedLake({
    tables: config.tables,
    settings,
    keys: lakeKeys(settings['profiles.stack.endpoint'].value, { local, environment: variables }),
    resumeAfterSeconds: resumeAfter,
    askLocalParts: askLocalParts({ settings, envFile }),
  })
  return {
    lake,
    config,
    settings,
    envFile,
    local,
    terminal: terminalOn(process, { quiet, json, signal, env: process.env }),
    json,
    signal,
    fail: () => {
      process.exitCode = 1
    },
  }
}
