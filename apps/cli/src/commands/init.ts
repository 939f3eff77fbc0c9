import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeSystemError } from '@minilake/ingest'
import { UsageError } from '@minilake/lake'
import { configName, configTemplate } from '@minilake/lake/settings'
import { Command } from 'commander'
import { jsonText } from '../print/result-format.js'
import { terminalOn } from '../print/terminal.js'
import type { Environment, GlobalOptions } from '../session.js'

const file = `${configName}.ts`

/** `minilake init`: write a config file to start from. */
export function initCommand({ process, signal }: Environment): Command {
  return new Command('init')
    .description(`write a commented ${file} with a sample table, unless the folder has a config`)
    .action(async (_flags: object, command: Command) => {
      const { config, json = false, quiet = false } = command.optsWithGlobals<GlobalOptions>()
      if (config !== undefined) throw new UsageError(`init writes ${file} in this folder: leave out --config`)
      await writeConfig(process.cwd())
      const terminal = terminalOn(process, { quiet, signal })
      if (json) await terminal.data(`${jsonText({ config: file }, 2)}\n`)
      else nextSteps.forEach((line) => terminal.note(line))
    })
}

const nextSteps = [
  `${file} written: its table turbine is a sample, make it your own`,
  '',
  'next: minilake import readings.csv   turn your readings into data files',
  '      minilake ingest                publish them to the lake',
  '      minilake query hourly          query the lake',
]

async function writeConfig(folder: string): Promise<void> {
  const existing = (await readdir(folder)).find((name) => name.startsWith(`${configName}.`))
  if (existing !== undefined) throw new Error(refusal(existing))
  await writeFile(join(folder, file), configTemplate, { flag: 'wx' }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EEXIST') throw new Error(refusal(file), { cause })
      throw new Error(`cannot write ${file}: ${describeSystemError(cause)}`, { cause })
    },
  )
}

function refusal(existing: string): string {
  return `${existing} exists, and init never overwrites a file: edit it, or move it away first`
}
