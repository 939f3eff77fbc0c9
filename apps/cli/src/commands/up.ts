import { completeEnvFile, type ExtraPartName, extraPartNames } from '@minilake/infra'
import { keepOutOfGit, lakeKeys, openResolvedLake } from '@minilake/lake/settings'
import { Command, Option } from 'commander'
import { localStack } from '../local-stack.js'
import { partsText } from '../print/parts-text.js'
import { jsonText } from '@minilake/lake/format'
import { type Environment, type Session, withSession } from '../session.js'

interface Flags {
  native?: boolean
  with?: ExtraPartName[]
}

/** `minilake up`: start the stack on this machine. */
export function upCommand(environment: Environment): Command {
  return new Command('up')
    .description(
      'start the stack on this machine (PostgreSQL, MinIO, Hive Metastore, Trino) with Docker Compose, and wait until it answers',
    )
    .option(
      '--native',
      'start it without Docker, as processes; needs Go, Maven, PostgreSQL, a JDK 17 and a JDK 24 or later',
    )
    .addOption(
      new Option(
        '--with <part...>',
        'also start these parts, which a later up then starts too, until down',
      ).choices(extraPartNames),
    )
    .action(({ native = false, with: extras = [] }: Flags, command: Command) =>
      withSession(command, environment, async (session) => {
        const { terminal, signal, json, envFile } = session
        const planned = await localStack(session, environment, { native, credentials: 'optional' })
        await planned.check({ signal, extras }) // what cannot start is refused before anything is written
        const removal = `minilake down ${native ? '--native ' : ''}--volumes --yes`
        const made = await completeEnvFile(envFile, environment.process.env, {
          data: await planned.data(),
          removal,
        })
        if (made.length > 0) terminal.note(`created random values of ${made.join(', ')} in ${envFile}`)
        for (const line of await keepOutOfGit(environment.process.cwd(), {
          env: environment.process.env,
          settings: session.settings,
        }))
          terminal.note(line)
        const stack = await localStack(session, environment, { native, credentials: 'required' })
        const started = await stack.up({ onStep: (line) => terminal.note(line), signal, extras })
        await untilReady(session)
        const parts = await stack.status()
        if (json) await terminal.data(`${jsonText({ started, parts }, 2)}\n`)
        else await terminal.data(partsText(parts, terminal))
        if (started.length === 0) terminal.note('nothing to start: the stack is up')
        terminal.note('next: minilake demo --profile stack')
      }),
    )
}

/** Waits until Trino answers, whatever the profile of this command. */
async function untilReady({ settings, local, signal }: Session): Promise<void> {
  const profile = { value: 'stack', origin: 'minilake up' } as const
  const keys = lakeKeys(settings['profiles.stack.endpoint'].value, { local, environment: {} })
  const lake = await openResolvedLake({ tables: [], settings: { ...settings, profile }, keys })
  await lake.ready({ signal }).finally(() => lake.close())
}
