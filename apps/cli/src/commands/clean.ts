import type { Leftovers } from '@minilake/lake'
import { bytesText, count, firstLines } from '@minilake/lake/text'
import { Command } from 'commander'
import { settingOption } from '../options/setting-option.js'
import { jsonText } from '@minilake/lake/format'
import { type Environment, withSession } from '../session.js'

/** `minilake clean`: remove what was simulated, and what interrupted runs left behind. */
export function cleanCommand(environment: Environment): Command {
  return new Command('clean')
    .description(
      'list simulated files, and what interrupted runs left behind, in out and in the lake; --yes removes them',
    )
    .addOption(settingOption('out', 'folder'))
    .option(
      '--yes',
      'remove them; a data file without a matching truth is your own and stays, and so does an unfinished file younger than 24 hours',
    )
    .action(({ yes = false }: { yes?: boolean }, command: Command) =>
      withSession(command, environment, async ({ lake, terminal, json, signal }) => {
        const found = await lake.clean({ remove: yes, signal })
        if (json) await terminal.data(`${jsonText(found, 2)}\n`)
        else await terminal.data(found.map(leftoversText).join('') || 'nothing to remove\n')
        if (!yes && !found.every(({ kind }) => stays(kind))) terminal.note('--yes removes them')
      }),
    )
}

function stays(kind: Leftovers['kind']): boolean {
  return kind === 'own' || kind === 'in progress'
}

function leftoversText({ location, kind, keys, bytes, isRemoved }: Leftovers): string {
  // Uploads are not otherwise to be seen.
  const which = kind === 'abandoned upload' ? `: ${firstLines(keys).join(', ')}` : ''
  const where = `(${bytesText(bytes)}) in ${location}/${which}\n`
  if (kind === 'own') return `leaves ${count(keys.length, 'file')} of your own ${where}`
  if (kind === 'in progress') {
    const place = `${count(keys.length, 'unfinished file')} (${bytesText(bytes)}) in ${location}/`
    return `leaves ${place}: written to in the last 24 hours, perhaps by a run that is still at work\n`
  }
  const noun = kind === 'abandoned upload' ? kind : `${kind} file`
  return `${isRemoved ? 'removed' : 'would remove'} ${count(keys.length, noun)} ${where}`
}
