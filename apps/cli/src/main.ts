import { readFileSync } from 'node:fs'
import { describeSystemError } from '@minilake/ingest'
import { Command, CommanderError, Help } from 'commander'
import { catalogCommand } from './commands/catalog.js'
import { cleanCommand } from './commands/clean.js'
import { demoCommand } from './commands/demo.js'
import { doctorCommand } from './commands/doctor.js'
import { downCommand } from './commands/down.js'
import { generateCommand } from './commands/generate.js'
import { importCommand } from './commands/import.js'
import { ingestCommand } from './commands/ingest.js'
import { initCommand } from './commands/init.js'
import { queryCommand } from './commands/query.js'
import { statusCommand } from './commands/status.js'
import { upCommand } from './commands/up.js'
import { verifyCommand } from './commands/verify.js'
import { configOption } from './options/config-option.js'
import { messageWithHint } from './print/error-hint.js'
import type { Environment } from './session.js'
import { settingOption } from './options/setting-option.js'
import { UsageError } from '@minilake/lake'

/** Runs the CLI on a process: its arguments, streams and signals; sets its exit code (0 done, 1 failed, 2 wrong usage). */
export async function main(process: NodeJS.Process = globalThis.process): Promise<void> {
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () =>
      interrupt.abort(
        new Error('interrupted: nothing is left half done, and the same command goes on from here'),
      ),
    )
  }
  const outputEnded = new Error('the output has ended')
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) closes the pipe: the work ends, and that is no failure.
    if (error.code !== 'EPIPE' && !interrupt.signal.aborted) {
      process.exitCode = 1
      process.stderr.write(`minilake: cannot write the output: ${describeSystemError(error)}\n`)
    }
    interrupt.abort(outputEnded)
  })
  process.stderr.on('error', () => {}) // nobody is there to be told

  try {
    await minilake({ process, signal: interrupt.signal }).parseAsync(process.argv)
  } catch (error) {
    if (error === outputEnded) return
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
      return
    }
    process.stderr.write(`minilake: ${errorText(error, process.argv.includes('--verbose'))}\n`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}

/** The program: global options and one command per file of `commands/`. */
function minilake(environment: Environment): Command {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const program = new Command('minilake')
    .description('A mini data lake for IoT time series: simulate, Parquet, publish, catalog, query, verify.')
    .version(version)
    .addOption(settingOption('profile', 'profile'))
    .addOption(configOption())
    .option('--json', 'print data as JSON')
    .option('--quiet', 'print data and errors only')
    .option('--verbose', 'print the causes of an error')
  const commands = [
    demoCommand,
    generateCommand,
    importCommand,
    ingestCommand,
    catalogCommand,
    queryCommand,
    verifyCommand,
    statusCommand,
    cleanCommand,
    initCommand,
    upCommand,
    downCommand,
    doctorCommand,
  ]
  for (const command of commands) program.addCommand(command(environment))
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ]) {
    command
      .exitOverride()
      .configureOutput({
        outputError: (text, write) => write(`${oneLine(text.replace(/^error: /, 'minilake: '))}\n`),
      })
      .configureHelp({
        showGlobalOptions: command !== program,
        // Commander would name the preset of --config, which is for its parser only.
        optionDescription: (option) =>
          option.presetArg === undefined ? new Help().optionDescription(option) : option.description,
      })
  }
  return program
}

/** An error as one sentence; with `verbose` also the SQL and what caused it, each with its stack. */
function errorText(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return String(error)
  if (!verbose) return oneLine(messageWithHint(error))
  const sql = 'sql' in error ? `\nSQL: ${String(error.sql)}` : ''
  const cause = error.cause === undefined ? '' : `\ncaused by: ${errorText(error.cause, true)}`
  return `${error.stack ?? error.message}${sql}${cause}`
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ')
}
