import type { FileCount, MaintainReport } from '@minilake/lake'
import { jsonText } from '@minilake/lake/format'
import { bytesText, count, firstLines } from '@minilake/lake/text'
import { Command } from 'commander'
import { findTable, tableOption } from '../options/find-table.js'
import { durationOrDays, parsedBy, wholeNumber } from '../options/parsers.js'
import { resumeAfterOption } from '../options/resume-after-option.js'
import { type Environment, withSession } from '../session.js'

interface MaintainFlags {
  table?: string
  smallerThan: number
  expireAfter: number
}

/** `minilake maintain`: keep the files and the history of an Iceberg table in order. */
export function maintainCommand(environment: Environment): Command {
  return new Command('maintain')
    .description(
      'put the small files of an Iceberg table together, day by day; let old snapshots expire; remove files that no snapshot has',
    )
    .addOption(tableOption())
    .option('--smaller-than <mb>', 'which files are small, in MB', parsedBy(wholeNumber(1, 100_000)), 100)
    .option(
      '--expire-after <duration>',
      'age at which snapshots expire; no query and no rollback finds them then',
      parsedBy(durationOrDays),
      7 * 86_400,
    )
    .addOption(resumeAfterOption())
    .action((flags: MaintainFlags, command: Command) =>
      withSession(command, environment, async ({ lake, terminal, json, signal }) => {
        const report = await lake.maintain(findTable(lake, flags.table), {
          smallBytes: flags.smallerThan * 1e6,
          expireAfterSeconds: Math.ceil(flags.expireAfter),
          onWait: (what) => terminal.note(`waiting for ${what}`),
          signal,
        })
        await terminal.data(json ? `${jsonText(report, 2)}\n` : maintainedText(report))
      }),
    )
}

function maintainedText({ table, days, before, after, expired, ...stored }: MaintainReport): string {
  const lines = days.map(
    (each) => `  ${each.day || table}  ${filesText(each.before)} -> ${filesText(each.after)}\n`,
  )
  const optimized =
    days.length === 0
      ? `no day of ${table} has several small files: ${filesText(after)}\n`
      : `put the files of ${count(days.length, 'day')} of ${table} together: ${filesText(before)} -> ${filesText(after)}\n${firstLines(lines, 40).join('')}`
  return `${optimized}${count(expired, 'snapshot')} expired\nin the bucket, with Iceberg's own files: ${filesText(stored.storedBefore)} -> ${filesText(stored.storedAfter)}\n`
}

function filesText({ files, bytes }: FileCount): string {
  return `${count(files, 'file')} (${bytesText(bytes)})`
}
