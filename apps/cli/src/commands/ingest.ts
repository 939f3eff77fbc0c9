import { localFiles } from '@minilake/ingest'
import { Command } from 'commander'
import { ingestFolder } from '../ingest-folder.js'
import { ingestedLines, warnOfTrouble } from '../report-text.js'
import { jsonText } from '../result-format.js'
import { type Environment, openSession } from '../session.js'
import { settingArgument } from '../setting-option.js'

/** `minilake ingest`: publish a folder's data files to the lake. */
export function ingestCommand(environment: Environment): Command {
  return new Command('ingest')
    .description('publish data files to the lake: each once, unchanged ones are left alone')
    .addArgument(settingArgument('out', 'folder'))
    .option('--overwrite', 'replace objects that have other content')
    .action(async (out: string | undefined, flags: { overwrite?: boolean }, command: Command) => {
      const session = await openSession(command, environment, { out })
      const { lake, settings, terminal, json, signal } = session
      const folder = settings.out.value
      const bar = await terminal.progress('publishing', () => countFiles(folder))
      const report = await ingestFolder(folder, {
        tables: lake.tables,
        store: lake.store,
        overwrite: flags.overwrite ?? false,
        signal,
        onObject: () => bar.step(),
      }).finally(() => bar.stop())
      if (!json) ingestedLines(report, lake.store.location).forEach((line) => terminal.note(line))
      warnOfTrouble(report, session)
      if (settings.profile.value === 'stack' && report.published > 0) {
        terminal.note('minilake catalog --profile stack makes new tables and partitions known to Trino')
      }
      if (json) await terminal.data(`${jsonText({ location: lake.store.location, ...report }, 2)}\n`)
    })
}

async function countFiles(folder: string): Promise<number> {
  let files = 0
  try {
    for await (const _file of localFiles(folder)) files += 1
  } catch {
    return 0 // what is wrong with the folder, the ingest itself says
  }
  return files
}
