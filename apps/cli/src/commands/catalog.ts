import { Command } from 'commander'
import { cataloguedLines, warnOfDifferences } from '../print/report-lines.js'
import { jsonText } from '../print/result-format.js'
import { type Environment, openSession } from '../session.js'

/** `minilake catalog`: make the tables known to the engine. */
export function catalogCommand(environment: Environment): Command {
  return new Command('catalog')
    .description(
      'make the tables and their partitions known to Trino; the embedded engine is told each time it opens, so there it prints how',
    )
    .option('--print', 'print the statements only, change nothing (what the embedded profile does anyway)')
    .action(async ({ print = false }: { print?: boolean }, command: Command) => {
      const session = await openSession(command, environment)
      const { lake, settings, terminal, json, signal } = session
      if (print || settings.profile.value === 'embedded') {
        const statements = await lake.catalogStatements()
        const text = statements.map((statement) => `${statement};\n`).join('\n')
        await terminal.data(json ? `${jsonText(statements, 2)}\n` : text)
        return
      }
      const report = await lake.registerTables(lake.tables, { signal })
      if (json) await terminal.data(`${jsonText(report, 2)}\n`)
      else for (const line of cataloguedLines(report, lake)) await terminal.data(`${line}\n`)
      warnOfDifferences(report, session)
    })
}
