import { Command } from 'commander'
import { localStack } from '../local-stack.js'
import { jsonText } from '../print/result-format.js'
import { type Environment, withSession } from '../session.js'

/** `minilake down`: stop the stack on this machine. */
export function downCommand(environment: Environment): Command {
  return new Command('down')
    .description('stop the stack that minilake up started; its data stay')
    .option('--native', 'stop the stack that minilake up --native started')
    .option('--volumes', 'remove its data too: buckets and catalog')
    .action((flags: { native?: boolean; volumes?: boolean }, command: Command) =>
      withSession(command, environment, async (session) => {
        const { terminal, json } = session
        const { native = false, volumes = false } = flags
        const stack = await localStack(session, environment, { native, credentials: 'optional' })
        const stopped = await stack.down({ volumes })
        const text = stopped.length > 0 ? `stopped ${stopped.join(', ')}\n` : 'nothing to stop\n'
        await terminal.data(json ? `${jsonText({ stopped }, 2)}\n` : text)
      }),
    )
}
