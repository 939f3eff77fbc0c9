import { Command } from 'commander'
import { localStack } from '../local-stack.js'
import { jsonText } from '../print/result-format.js'
import { type Environment, openSession } from '../session.js'

/** `minilake down`: stop the stack on this machine. */
export function downCommand(environment: Environment): Command {
  return new Command('down')
    .description('stop the stack that minilake up has started; its data stay')
    .option('--native', 'the one that minilake up --native has started')
    .option('--volumes', 'remove its data too: buckets, catalog')
    .action(async (flags: { native?: boolean; volumes?: boolean }, command: Command) => {
      const session = await openSession(command, environment)
      const { terminal, json } = session
      const { native = false, volumes = false } = flags
      const stack = await localStack(session, environment, { native, credentials: 'optional' })
      const stopped = await stack.down({ volumes })
      if (json) await terminal.data(`${jsonText({ stopped }, 2)}\n`)
      else await terminal.data(stopped.length > 0 ? `stopped ${stopped.join(', ')}\n` : 'nothing to stop\n')
    })
}
