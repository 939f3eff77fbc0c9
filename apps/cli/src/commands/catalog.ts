import { UsageError, writeDuckDbFile } from '@minilake/lake'
import { Command } from 'commander'
import { changeNotes } from '../print/change-notes.js'
import { registeredLines, warnOfDifferences } from '../print/report-lines.js'
import { jsonText } from '@minilake/lake/format'
import { count } from '@minilake/lake/text'
import { resumeAfterOption } from '../options/resume-after-option.js'
import { type Environment, withSession } from '../session.js'

/** `minilake catalog`: register the tables with the engine. */
export function catalogCommand(environment: Environment): Command {
  return new Command('catalog')
    .description(
      'register the tables and their partitions with Trino, and add nullable columns that are new; the embedded engine does so each time it opens, so there the statements are printed',
    )
    .option('--print', 'print the statements and change nothing, as the embedded profile always does')
    .option(
      '--duckdb <file>',
      'write the views of an embedded lake to a DuckDB file, such as lake.duckdb, for DBeaver and notebooks',
    )
    .addOption(resumeAfterOption())
    .action((flags: { print?: boolean; duckdb?: string }, command: Command) =>
      withSession(command, environment, async (session) => {
        const { lake, terminal, json, signal } = session
        if (flags.duckdb !== undefined) {
          if (lake.profile !== 'embedded')
            throw new UsageError('--duckdb expected the profile embedded: DuckDB reads no files in S3 here')
          warnOfDifferences(await lake.register({ signal }), session)
          await writeDuckDbFile(flags.duckdb, await lake.statements())
          terminal.note(
            `${count(lake.tables.length, 'view')} in ${flags.duckdb}: FROM iot_dw.${lake.tables[0]?.name}`,
          )
          return
        }
        if (flags.print || lake.profile === 'embedded') {
          const statements = await lake.statements()
          if (lake.profile === 'embedded') warnOfDifferences(await lake.register({ signal }), session)
          const text = statements.map((statement) => `${statement};\n`).join('\n')
          await terminal.data(json ? `${jsonText(statements, 2)}\n` : text)
          return
        }
        const { onWait } = changeNotes({ lake, terminal })
        const report = await lake.register({ onWait, signal })
        if (json) await terminal.data(`${jsonText(report, 2)}\n`)
        else for (const line of registeredLines(report, lake)) await terminal.data(`${line}\n`)
        warnOfDifferences(report, session)
      }),
    )
}
