import { Command } from 'commander'
import { findStack, localStack } from '../local-stack.js'
import { jsonText } from '@minilake/lake/format'
import { type Environment, withSession } from '../session.js'

interface Flags {
  native?: boolean
  volumes?: boolean
  yes?: boolean
}

/** `minilake down`: stop the stack on this machine. */
export function downCommand(environment: Environment): Command {
  return new Command('down')
    .description('stop the stack that minilake up started, with Docker or without; its data stay')
    .option('--native', 'stop only a stack that minilake up --native started')
    .option('--volumes', 'list its data too: buckets and catalog; --yes removes them')
    .option('--yes', 'with --volumes, remove the data')
    .action(({ native = false, volumes = false, yes = false }: Flags, command: Command) =>
      withSession(command, environment, async (session) => {
        const { terminal, json } = session
        const stack = native
          ? await localStack(session, environment, { native, credentials: 'optional' })
          : await findStack(session, environment)
        const data = volumes ? await stack.data() : []
        const isRemoved = volumes && yes
        const stopped = await stack.down({ volumes: isRemoved })
        if (json) {
          await terminal.data(`${jsonText({ stopped, ...(volumes && { data, isRemoved }) }, 2)}\n`)
        } else {
          const lines = [stopped.length > 0 ? `stopped ${stopped.join(', ')}` : 'nothing to stop']
          for (const each of data) lines.push(`${isRemoved ? 'removed' : 'would remove'} ${each}`)
          if (volumes && data.length === 0) lines.push('no data to remove')
          await terminal.data(lines.map((line) => `${line}\n`).join(''))
        }
        if (data.length > 0 && !isRemoved) terminal.note('--yes removes them')
      }),
    )
}
