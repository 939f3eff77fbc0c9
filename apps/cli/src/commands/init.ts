import { basename } from 'node:path'
import { describeFile } from '@minilake/import'
import { UsageError } from '@minilake/lake'
import { jsonText } from '@minilake/lake/format'
import { keepOutOfGit, tableText, writeConfig } from '@minilake/lake/settings'
import { Command } from 'commander'
import { terminalOn } from '../print/terminal.js'
import type { Environment, GlobalOptions } from '../session.js'

interface InitFlags {
  table?: string
  zone?: string
  timeFormat?: string
  print?: boolean
}

/** `minilake init`: write a config file to start from, with a sample table or with the table that a file fits. */
export function initCommand(environment: Environment): Command {
  const { process, signal } = environment
  return new Command('init')
    .description(
      'write a commented minilake.config.ts with the table that a file fits, or with a sample table, unless the folder has a config',
    )
    .argument('[file]', 'CSV, NDJSON or Parquet file that tells the names, types and layout of the table')
    .option('--table <name>', "name of the table (default: the file's name)")
    .option(
      '--zone <zone>',
      'zone of the times in the file, if they state none: UTC, +02:00 or Europe/Berlin',
    )
    .option('--time-format <format>', 'format of the times, if the file cannot tell: iso or a pattern')
    .option('--print', 'print the definition of the table, and write nothing')
    .action(async (path: string | undefined, flags: InitFlags, command: Command) => {
      const { config, json = false, quiet = false } = command.optsWithGlobals<GlobalOptions>()
      if (config !== undefined)
        throw new UsageError('init writes minilake.config.ts in this folder: leave out --config')
      if (path === undefined && Object.keys(flags).some((flag) => ownFlags.includes(flag)))
        throw new UsageError('init expected a FILE beside its options, such as minilake init readings.csv')
      const terminal = terminalOn(process, { quiet, signal })
      const found = path === undefined ? undefined : await describedTable(path, flags)
      if (found && flags.print) {
        await terminal.data(`${found.table.text}\n`)
        return
      }
      const file = await writeConfig(process.cwd(), found?.table)
      for (const line of await keepOutOfGit(process.cwd(), { env: process.env })) terminal.note(line)
      if (json) {
        await terminal.data(`${jsonText({ config: file, ...(found && { fillIn: found.fillIn }) }, 2)}\n`)
        return
      }
      if (found === undefined) {
        terminal.note(
          `${file} written: its table turbine is a sample, make it your own\n\n${nextSteps('readings.csv')}`,
        )
        return
      }
      for (const option of found.fillIn)
        terminal.note(`${file}: fill in ${option} in source, which ${path} does not tell`)
      terminal.note(
        `${file} written with table ${found.name}: add comments and units\n\n${nextSteps(path ?? '')}`,
      )
    })
}

const ownFlags = ['table', 'zone', 'timeFormat', 'print']

async function describedTable(path: string, { table, zone, timeFormat }: InitFlags) {
  const description = await describeFile(path)
  const name = table ?? nameOf(path)
  const given = { zone, timeFormat }
  const fillIn = description.open.map(({ option }) => option).filter((option) => given[option] === undefined)
  return { name, fillIn, table: tableText(description, { name, file: basename(path), given }) }
}

/** A table's name from a file's: `pump-1.csv.gz` gives pump_1. */
function nameOf(path: string): string {
  const plain = basename(path)
    .replace(/(\.(csv|tsv|txt|ndjson|jsonl|json|parquet|gz))+$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return /^[a-z]/.test(plain) ? plain : `readings_${plain}`.replace(/_$/, '')
}

function nextSteps(file: string): string {
  return `next: minilake import ${file}   put your readings into the lake
      minilake query hourly          query the lake`
}
