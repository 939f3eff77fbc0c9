import { BadRowsError } from '@minilake/import'
import type { RewriteReport } from '@minilake/lake'
import { jsonText } from '@minilake/lake/format'
import { bytesText, count, firstLines } from '@minilake/lake/text'
import { Command } from 'commander'
import { findTable, tableOption } from '../options/find-table.js'
import { flagText } from '../options/flag-text.js'
import { addMapping, nameList, parsedBy } from '../options/parsers.js'
import { changeNotes } from '../print/change-notes.js'
import { reportBadRows } from '../print/report-bad-rows.js'
import { registeredLines } from '../print/report-lines.js'
import { resumeAfterOption } from '../options/resume-after-option.js'
import { type Environment, type Session, withSession } from '../session.js'

interface RewriteFlags {
  table?: string
  map?: Record<string, string>
  drop?: string[]
  yes?: boolean
  /** For the session, which has it. */
  resumeAfter?: number
}

/** `minilake rewrite`: rewrite a table in the shape of its definition. */
export function rewriteCommand(environment: Environment): Command {
  return new Command('rewrite')
    .description(
      "find the data files of a table whose columns are not those of its definition, and the rows that would not fit; --yes rewrites the files in the definition's shape",
    )
    .addOption(tableOption())
    .option('--map <old=new>', 'column that has another name in the definition; repeatable', addMapping)
    .option(
      '--drop <names>',
      'columns whose values are given up, separated by commas (default: none)',
      parsedBy(nameList),
    )
    .option('--yes', 'rewrite the files, if every value fits')
    .addOption(resumeAfterOption())
    .action((flags: RewriteFlags, command: Command) =>
      withSession(command, environment, (session) =>
        rewrite(session, flags).catch((error: unknown) => {
          if (error instanceof BadRowsError)
            return reportBadRows(
              error,
              session,
              `nothing was rewritten: ${count(error.count, 'row')} ${error.count === 1 ? 'does' : 'do'} not fit`,
            )
          if (error instanceof Error) error.message = flagText(error.message)
          throw error
        }),
      ),
    )
}

async function rewrite(
  { lake, terminal, json, signal }: Session,
  { table: name, yes = false, resumeAfter: _resumeAfter, ...changes }: RewriteFlags,
): Promise<void> {
  const report = await lake.rewrite(findTable(lake, name), {
    ...changes,
    rewrite: yes,
    ...changeNotes({ lake, terminal }),
    signal,
  })
  await terminal.data(json ? `${jsonText(report, 2)}\n` : rewrittenText(report))
  if (lake.profile === 'stack' && report.catalog)
    registeredLines(report.catalog, lake).forEach((line) => terminal.note(line))
  if (!yes && report.files > 0) terminal.note('every value fits; --yes rewrites them')
}

function rewrittenText({
  table,
  folders,
  files,
  rows,
  bytes,
  unchanged,
  isRewritten,
}: RewriteReport): string {
  const others = `${count(unchanged, 'data file')} of ${table} ${unchanged === 1 ? 'has' : 'have'} the columns of its definition`
  if (files === 0) return `nothing to rewrite: ${others}\n`
  const done = isRewritten ? 'rewrote' : 'would rewrite'
  const lines = folders.map(
    (each) =>
      `  ${each.folder}  ${count(each.files, 'file')}, ${count(each.rows, 'row')}, ${bytesText(each.bytes)}`,
  )
  const kept = unchanged > 0 ? `${others} already\n` : ''
  return `${done} ${count(files, 'data file')} of ${table} (${count(rows, 'row')}, ${bytesText(bytes)}):\n${firstLines(lines, 40).join('\n')}\n${kept}`
}
