import { Command } from 'commander'
import { printConfig } from '../print/print-config.js'
import { type Environment, withSession } from '../session.js'

/** `minilake config`: show the settings and where each comes from. */
export function configCommand(environment: Environment): Command {
  return new Command('config')
    .description('show every setting and table, and where it comes from; secrets are masked')
    .action((_flags: object, command: Command) => withSession(command, environment, printConfig))
}
