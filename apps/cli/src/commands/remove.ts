import type { RemoveReport } from '@minilake/lake'
import { jsonText } from '@minilake/lake/format'
import { bytesText, count, firstLines } from '@minilake/lake/text'
import { Command } from 'commander'
import { asUsage } from '../options/as-usage.js'
import { findTable, tableOption } from '../options/find-table.js'
import { rangeOf, type TimeFlags, withTimeOptions } from '../options/time-options.js'
import { type Environment, withSession } from '../session.js'

/** `minilake remove`: remove days of a table. */
export function removeCommand(environment: Environment): Command {
  const command = new Command('remove')
    .description('list the data files of whole days of a table, or of all of it; --yes removes them')
    .addOption(tableOption())
  return withTimeOptions(command)
    .option('--yes', 'remove them, and the truth of simulated ones')
    .action(
      (
        { table: name, yes = false, ...times }: TimeFlags & { table?: string; yes?: boolean },
        command: Command,
      ) =>
        withSession(command, environment, async ({ lake, terminal, json, signal }) => {
          const table = findTable(lake, name)
          const range = asUsage(() => rangeOf(times))
          const report = await lake.remove(table, {
            ...range,
            remove: yes,
            onWait: (folder) =>
              terminal.note(`waiting for another process that is changing ${lake.store.location}/${folder}`),
            signal,
          })
          if (json) await terminal.data(`${jsonText(report, 2)}\n`)
          else await terminal.data(removedText(report))
          if (!yes && report.files + report.interrupted.length > 0) terminal.note('--yes removes them')
        }),
    )
}

function removedText({ table, folders, files, bytes, isRemoved, interrupted }: RemoveReport): string {
  const earlier = interrupted.map((folder) =>
    isRemoved
      ? `completed an interrupted change of ${folder}\n`
      : `${folder} has an interrupted change, which --yes completes\n`,
  )
  return `${earlier.join('')}${removalText({ table, folders, files, bytes, isRemoved })}`
}

function removalText({ table, folders, files, bytes, isRemoved }: Omit<RemoveReport, 'interrupted'>): string {
  if (files === 0) return `nothing to remove from ${table}\n`
  const done = isRemoved ? 'removed' : 'would remove'
  const lines = folders.map(
    (each) => `  ${each.folder}  ${count(each.files, 'file')}, ${bytesText(each.bytes)}`,
  )
  return `${done} ${count(files, 'data file')} of ${table} (${bytesText(bytes)}):\n${firstLines(lines, 40).join('\n')}\n`
}
