import { hiveStatements } from '@minilake/catalog'
import { Command } from 'commander'
import { jsonText } from '../result-format.js'
import { type Environment, openSession } from '../session.js'

/** `minilake catalog`: the statements that make the tables known to the engine. */
export function catalogCommand(environment: Environment): Command {
  return new Command('catalog')
    .description(
      'print the statements that make the tables known to the engine; the embedded one runs them each time it opens',
    )
    .option('--print', 'print only, change nothing (what the embedded profile does anyway)')
    .action(async (_flags: { print?: boolean }, command: Command) => {
      const { lake, settings, terminal, json } = await openSession(command, environment)
      const { profile, 'profiles.stack.location': location } = settings
      const statements =
        profile.value === 'stack'
          ? hiveStatements(lake.tables, { location: location.value })
          : await lake.catalogStatements()
      await terminal.data(
        json ? `${jsonText(statements, 2)}\n` : statements.map((statement) => `${statement};\n`).join('\n'),
      )
    })
}
