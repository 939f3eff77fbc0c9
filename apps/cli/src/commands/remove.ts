import { type RemoveReport, UsageError } from '@minilake/lake'
import { jsonText } from '@minilake/lake/format'
import { bytesText, count, firstLines } from '@minilake/lake/text'
import { Command } from 'commander'
import { asUsage } from '../options/as-usage.js'
import { findTable, tableOption } from '../options/find-table.js'
import { flagText } from '../options/flag-text.js'
import { dayCount, parsedBy } from '../options/parsers.js'
import { rangeOf, type TimeFlags, withTimeOptions } from '../options/time-options.js'
import { changeNotes } from '../print/change-notes.js'
import { resumeAfterOption } from '../options/resume-after-option.js'
import { type Environment, withSession } from '../session.js'

interface RemoveFlags extends TimeFlags {
  table?: string
  where?: string
  import?: string
  olderThan?: number
  expired?: boolean
  yes?: boolean
}

/** `minilake remove`: remove days or rows of a table, an import, or all of it. */
export function removeCommand(environment: Environment): Command {
  const command = new Command('remove')
    .description('list what would go of a table: days, rows, an import, or all of it; --yes removes it')
    .addOption(tableOption())
  return withTimeOptions(command)
    .option('--where <condition>', 'rows for which it is true, such as "pump_id = \'p1\' AND pressure > 100"')
    .option('--import <id>', 'rows of one import, by its ID or the first digits of it')
    .option('--older-than <days>', 'rows of days that ended so long ago, such as 90d', parsedBy(dayCount))
    .option('--expired', "the same by the table's retention; without --table, of all tables that have one")
    .option('--yes', 'remove it, and the truth of simulated files')
    .addOption(resumeAfterOption())
    .action((flags: RemoveFlags, command: Command) =>
      withSession(command, environment, async ({ lake, terminal, json, signal }) => {
        const { table, where, import: id, olderThan, expired = false, yes = false, ...times } = flags
        const kept = lake.tables.filter(({ retention }) => retention !== undefined)
        const isOfAll = expired && table === undefined
        if (isOfAll && kept.length === 0)
          throw new UsageError(
            "--expired expected a table with a retention, got none: add retention: '90d' to a table's definition",
          )
        const range = asUsage(() => rangeOf(times))
        const reports: RemoveReport[] = []
        for (const each of isOfAll ? kept : [findTable(lake, table)]) {
          const report = await lake
            .remove(each, {
              ...range,
              ...(where !== undefined && { where }),
              ...(id !== undefined && { import: id }),
              ...(olderThan !== undefined && { olderThanDays: olderThan }),
              ...{ expired, remove: yes, signal },
              ...changeNotes({ lake, terminal }),
            })
            .catch((error: unknown) => {
              if (error instanceof Error) error.message = flagText(error.message)
              throw error
            })
          reports.push(report)
          if (!json) await terminal.data(removedText(report))
          if (report.rewritten > 0 && report.truths > 0)
            terminal.note(
              `${report.table}: a truth describes a whole file, so those of files that lose rows go too; verify then compares these files with their own counts and bounds`,
            )
        }
        if (json) await terminal.data(`${jsonText(isOfAll ? reports : reports[0], 2)}\n`)
        if (!yes && reports.some((report) => report.folders.length + report.interrupted.length > 0))
          terminal.note('--yes removes it')
      }),
    )
}

function removedText({ interrupted, ...report }: RemoveReport): string {
  const earlier = report.isRemoved
    ? [] // the notes say what became of them
    : interrupted.map(
        (folder) =>
          `${folder} is being changed by another process, or its change was interrupted: --yes waits for it, and completes it or takes it back\n`,
      )
  const { untouched, table } = report
  const left = `leaves ${count(untouched.length, 'file')} alone, not in the folder of a day or no data file of ${table}: ${firstLines(untouched).join(', ')}\n`
  return `${earlier.join('')}${removalText(report)}${untouched.length > 0 ? left : ''}`
}

function removalText(report: Omit<RemoveReport, 'interrupted'>): string {
  const { table, folders, files, rewritten, bytes, isRemoved } = report
  if (folders.length === 0)
    return `nothing to remove from ${table}${report.import === undefined ? '' : `: no row is of import ${report.import}`}\n`
  const whole = count(files, 'data file')
  const others = `${count(rewritten, 'data file')} rewritten without them`
  const size = bytesText(bytes)
  const what =
    rewritten === 0
      ? `${whole} of ${table} (${size})`
      : `${rowsText(report) ?? 'rows'} of ${table} (${files > 0 ? `${whole} as a whole, ` : ''}${others}; ${size})`
  const lines = folders.map((each) => {
    const parts = [
      ...(each.files > 0 ? [count(each.files, 'file')] : []),
      ...(each.rewritten > 0 ? [`${count(each.rewritten, 'file')} rewritten`] : []),
      rowsText(each) ?? '',
      bytesText(each.bytes),
    ]
    return `  ${each.folder}  ${parts.filter((part) => part !== '').join(', ')}`
  })
  return `${isRemoved ? 'removed' : 'would remove'} ${what}:\n${firstLines(lines, 40).join('\n')}\n`
}

function rowsText({ rows }: Pick<RemoveReport, 'rows'>): string | undefined {
  return rows === null ? undefined : count(rows, 'row')
}
