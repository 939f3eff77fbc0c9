import { readFileSync } from 'node:fs'
import { describeSystemError } from '@minilake/ingest'
import { UsageError } from '@minilake/lake'
import { lakeProfiles } from '@minilake/schema'
import { Command, CommanderError, type Help } from 'commander'
import { alarmsCommand } from './commands/alarms.js'
import { catalogCommand } from './commands/catalog.js'
import { cleanCommand } from './commands/clean.js'
import { completionCommand } from './commands/completion.js'
import { configCommand } from './commands/config.js'
import { convertCommand } from './commands/convert.js'
import { demoCommand } from './commands/demo.js'
import { doctorCommand } from './commands/doctor.js'
import { downCommand } from './commands/down.js'
import { dropCommand } from './commands/drop.js'
import { filesCommand } from './commands/files.js'
import { generateCommand } from './commands/generate.js'
import { importCommand } from './commands/import.js'
import { ingestCommand } from './commands/ingest.js'
import { initCommand } from './commands/init.js'
import { maintainCommand } from './commands/maintain.js'
import { qualityCommand } from './commands/quality.js'
import { queryCommand } from './commands/query.js'
import { windowsCommand } from './commands/query-windows.js'
import { removeCommand } from './commands/remove.js'
import { reportCommand } from './commands/report.js'
import { rewriteCommand } from './commands/rewrite.js'
import { rollbackCommand } from './commands/rollback.js'
import { snapshotsCommand } from './commands/snapshots.js'
import { sqlPromptCommand } from './commands/sql.js'
import { statusCommand } from './commands/status.js'
import { streamCommand } from './commands/stream.js'
import { upCommand } from './commands/up.js'
import { verifyCommand } from './commands/verify.js'
import { askLocalParts, explained } from './local-stack.js'
import { examplesOf } from './options/examples.js'
import { settingOption } from './options/setting-option.js'
import { errorText } from './print/error-text.js'
import { coloured, hasColours } from './print/terminal.js'
import type { Environment } from './session.js'

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Runs the CLI on a process: its arguments, streams and signals. Sets the exit code: 0 done, 1 failed, 2 wrong usage, 130 SIGINT,
 * 143 SIGTERM.
 */
export async function main(process: NodeJS.Process = globalThis.process): Promise<void> {
  const interrupt = new AbortController()
  let interruptCode: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interruptCode = exitCodes[signal]
      interrupt.abort(
        new Error('interrupted: nothing is half done, and the same command continues where it stopped'),
      )
    })
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
  process.stderr.on('error', () => {}) // nobody is left to read it

  const { argv } = process
  try {
    await minilake({
      process,
      signal: interrupt.signal,
      askLocalParts: (place) => askLocalParts(place, { process }),
      explained: (error, place) => explained(error, place, { process }),
    }).parseAsync(argv)
    if (interruptCode !== undefined) process.exitCode ||= interruptCode
  } catch (error) {
    if (error === outputEnded) return
    const isUsage = error instanceof CommanderError || error instanceof UsageError
    process.exitCode = interruptCode ?? (isUsage ? 2 : 1)
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) process.exitCode = 0
      return
    }
    const format = { json: argv.includes('--json'), verbose: argv.includes('--verbose') }
    process.stderr.write(errorText(error, { ...format, exitCode: Number(process.exitCode), process }))
  }
}

/** The program: global options, and one command per file of `commands/`. */
function minilake(environment: Environment): Command {
  const { stdout, stderr } = environment.process
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const program = new Command('minilake')
    .description(
      'A mini data lake for IoT time series: simulate, write Parquet, publish, register, query, verify.',
    )
    .version(version)
    .addOption(settingOption('profile', 'profile').choices(lakeProfiles))
    .addOption(settingOption('profiles.embedded.folder', 'folder'))
    .option('--config <file>', 'config file (default: minilake.config.ts, .js, .mjs or .json in this folder)')
    .option('--json', 'print data, and errors, as JSON')
    .option('--quiet', 'print only data and errors')
    .option('--verbose', 'print the SQL, the stack and the causes of an error')
  const commands = [
    demoCommand,
    initCommand,
    generateCommand,
    importCommand,
    ingestCommand,
    streamCommand,
    catalogCommand,
    (environment: Environment) => queryCommand(environment).addCommand(windowsCommand(environment)),
    sqlPromptCommand,
    alarmsCommand,
    qualityCommand,
    verifyCommand,
    statusCommand,
    reportCommand,
    filesCommand,
    configCommand,
    doctorCommand,
    removeCommand,
    dropCommand,
    rewriteCommand,
    snapshotsCommand,
    rollbackCommand,
    maintainCommand,
    convertCommand,
    cleanCommand,
    upCommand,
    downCommand,
  ]
  for (const command of commands) program.addCommand(command(environment))
  program.addCommand(completionCommand(environment, program))
  for (const command of allCommands(program)) {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => void stdout.write(text),
        writeErr: (text) => void stderr.write(text),
        getOutHelpWidth: () => stdout.columns,
        getOutHasColors: () => hasColours(stdout),
        getErrHelpWidth: () => stderr.columns,
        getErrHasColors: () => hasColours(stderr),
        outputError: (text, write) => {
          const error = new UsageError(text.replace(/^error: /, ''))
          const json = environment.process.argv.includes('--json')
          write(errorText(error, { json, verbose: false, exitCode: 2, process: environment.process }))
        },
      })
      .configureHelp({
        styleTitle: (title: string) => coloured(stdout, 'bold', title),
        minWidthToWrap: 20,
      } satisfies Partial<Help>)
      .addHelpText('after', examplesOf(command))
    if (command !== program)
      command.addHelpText('after', '\nGlobal options, such as --profile and --json: minilake --help')
  }
  return program
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)]
}
