import type { ConvertReport } from '@minilake/lake'
import { jsonText } from '@minilake/lake/format'
import { setIcebergFormat } from '@minilake/lake/settings'
import { count } from '@minilake/lake/text'
import { Command } from 'commander'
import { findTable, tableOption } from '../options/find-table.js'
import { changeNotes } from '../print/change-notes.js'
import { resumeAfterOption } from '../options/resume-after-option.js'
import { type Environment, withSession } from '../session.js'

/** `minilake convert`: make a Hive table an Iceberg table. */
export function convertCommand(environment: Environment): Command {
  return new Command('convert')
    .description(
      'make a Hive table an Iceberg table of the same name, with all its rows, and say so in a JSON config; the Hive table and its files stay as <name>_hive',
    )
    .addOption(tableOption())
    .addOption(resumeAfterOption())
    .action((flags: { table?: string }, command: Command) =>
      withSession(command, environment, async ({ lake, config, terminal, json, signal }) => {
        const table = findTable(lake, flags.table)
        const onWait = (what: string) => terminal.note(`waiting for ${what}`)
        const { onSettled } = changeNotes({ lake, terminal })
        const report = await lake.convert(table, { onWait, onSettled, signal })
        const left = await setIcebergFormat(table, config.file)
        await terminal.data(json ? `${jsonText(report, 2)}\n` : convertedText(report))
        if (left !== undefined) terminal.warn(left)
      }),
    )
}

function convertedText({ table, hive, days, files }: ConvertReport): string {
  const rows = days.reduce((sum, day) => sum + day.rows, 0)
  const compared =
    days.length === 0
      ? `${table} is an Iceberg table\n`
      : `converted ${table}: ${count(rows, 'row')} of ${count(files, 'data file')}, compared for ${count(days.length, 'day')}\n`
  return hive === null
    ? compared
    : `${compared}the Hive table is left as ${hive}; minilake drop --table ${hive} --data --yes removes it with its files\n`
}
