import type { DropReport } from '@minilake/lake'
import { jsonText } from '@minilake/lake/format'
import { bytesText, count, firstLines } from '@minilake/lake/text'
import { lakeNames } from '@minilake/schema'
import { Command } from 'commander'
import { flagText } from '../options/flag-text.js'
import { changeNotes } from '../print/change-notes.js'
import { resumeAfterOption } from '../options/resume-after-option.js'
import { type Environment, withSession } from '../session.js'

/** `minilake drop`: unregister a table, and remove its data on request. */
export function dropCommand(environment: Environment): Command {
  return new Command('drop')
    .description('list what dropping a table takes from the catalog; --yes drops it')
    .requiredOption('--table <name>', 'table to drop; on the stack also one that is no longer defined')
    .option('--data', 'its data files too, with their truth')
    .option('--yes', 'drop it')
    .addOption(resumeAfterOption())
    .action(
      (
        { table, data = false, yes = false }: { table: string; data?: boolean; yes?: boolean },
        command: Command,
      ) =>
        withSession(command, environment, async ({ lake, terminal, json, signal }) => {
          const report = await lake
            .drop(table, { data, remove: yes, ...changeNotes({ lake, terminal }), signal })
            .catch((error: unknown) => {
              if (error instanceof Error) error.message = flagText(error.message)
              throw error
            })
          await terminal.data(json ? `${jsonText(report, 2)}\n` : droppedText(report, { data }))
          if (!yes && !isNothing(report)) terminal.note('--yes drops it')
        }),
    )
}

function isNothing({ isRegistered, files, truths, leftovers }: DropReport): boolean {
  return isRegistered !== true && files + truths + leftovers === 0
}

function droppedText(report: DropReport, { data }: { data: boolean }): string {
  const { table, isRegistered, files, bytes, truths, leftovers, isDropped, untouched } = report
  const name = `${lakeNames.catalog}.${lakeNames.schema}.${table}`
  const without = data ? '' : '; its files, if there are any, stay without --data'
  const unregistered =
    isRegistered === null
      ? `nothing to unregister: an embedded lake has no catalog that lasts${without}\n`
      : isRegistered
        ? `${isDropped ? 'unregistered' : 'would unregister'} ${name}${without}\n`
        : `nothing to unregister: Trino does not have ${name}${without}\n`
  if (!data) return unregistered
  const parts = [
    ...(files > 0 ? [`${count(files, 'data file')} (${bytesText(bytes)})`] : []),
    ...(truths > 0 ? [count(truths, 'truth file')] : []),
    ...(leftovers > 0 ? [`${count(leftovers, 'object')} of interrupted changes`] : []),
  ]
  const removed =
    parts.length === 0
      ? `nothing to remove from ${table}\n`
      : `${isDropped ? 'removed' : 'would remove'} ${parts.join(', ')} of ${table}\n`
  const left = `leaves ${count(untouched.length, 'file')} alone that are no data files of ${table}: ${firstLines(untouched).join(', ')}\n`
  return `${unregistered}${removed}${untouched.length > 0 ? left : ''}`
}
