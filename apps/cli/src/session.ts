import type { Command } from 'commander'
import { loadConfig } from './config.js'
import { type EmbeddedLake, embeddedLake } from './embedded-lake.js'
import { type Terminal, terminalOn } from './terminal.js'
import { UsageError } from './usage-error.js'

/** Where a lake lives: `embedded` is a folder and DuckDB, `stack` is S3 and Trino. */
export const profiles = ['embedded', 'stack'] as const

/** The options that every command takes. */
export interface GlobalOptions {
  profile: (typeof profiles)[number]
  config?: string
  json?: boolean
  quiet?: boolean
  verbose?: boolean
}

/** What a command runs with. */
export interface Session {
  readonly lake: EmbeddedLake
  readonly terminal: Terminal
  readonly profile: GlobalOptions['profile']
  readonly json: boolean
  /** Aborted when the user interrupts, or nobody reads the output any more. */
  readonly signal: AbortSignal
  /** Makes the exit code 1, for a command that says itself what went wrong. */
  readonly fail: () => void
}

/** The part of a process that the commands touch. */
export interface Environment {
  process: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'cwd' | 'exitCode'>
  /** Aborted when the user interrupts, or nobody reads the output any more. */
  signal: AbortSignal
}

/** Opens the session of a command from the options given to it. */
export async function openSession(command: Command, { process, signal }: Environment): Promise<Session> {
  const { profile, config, json = false, quiet = false } = command.optsWithGlobals<GlobalOptions>()
  if (profile === 'stack' && command.name() !== 'catalog') {
    throw new UsageError(
      'profile stack can only print its catalog in this version (minilake catalog --profile stack): leave --profile out to use the embedded lake',
    )
  }
  const { tables } = await loadConfig(config, process.cwd())
  return {
    lake: embeddedLake(tables),
    terminal: terminalOn(process, { quiet, signal }),
    profile,
    json,
    signal,
    fail: () => {
      process.exitCode = 1
    },
  }
}
