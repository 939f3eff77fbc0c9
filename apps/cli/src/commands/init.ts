import { UsageError } from '@minilake/lake'
import { keepOutOfGit, writeConfig } from '@minilake/lake/settings'
import { Command } from 'commander'
import { jsonText } from '@minilake/lake/format'
import { terminalOn } from '../print/terminal.js'
import type { Environment, GlobalOptions } from '../session.js'

/** `minilake init`: write a config file to start from. */
export function initCommand(environment: Environment): Command {
  const { process, signal } = environment
  return new Command('init')
    .description('write a commented minilake.config.ts with a sample table, unless the folder has a config')
    .action(async (_flags: object, command: Command) => {
      const { config, json = false, quiet = false } = command.optsWithGlobals<GlobalOptions>()
      if (config !== undefined)
        throw new UsageError('init writes minilake.config.ts in this folder: leave out --config')
      const file = await writeConfig(process.cwd())
      const terminal = terminalOn(process, { quiet, signal })
      for (const line of await keepOutOfGit(process.cwd(), { env: process.env })) terminal.note(line)
      if (json) await terminal.data(`${jsonText({ config: file }, 2)}\n`)
      else terminal.note(`${file} written: its table turbine is a sample, make it your own\n\n${nextSteps}`)
    })
}

const nextSteps = `next: minilake import readings.csv   put your readings into the lake
      minilake query hourly          query the lake`
