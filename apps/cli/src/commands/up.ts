import { setTimeout as wait } from 'node:timers/promises'
import { completeEnvFile } from '@minilake/infra'
import { openResolvedLake } from '@minilake/lake/settings'
import { lakeNames, qualifiedName } from '@minilake/schema'
import { Command } from 'commander'
import { localPorts, localStack } from '../local-stack.js'
import { partsText } from '../print/parts-text.js'
import { jsonText } from '../print/result-format.js'
import { type Environment, type Session, withSession } from '../session.js'

/** How long Trino may take, from its first answer, to list the metastore's schemas. */
const answerSeconds = 60

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
    .action(({ native = false }: { native?: boolean }, command: Command) =>
      withSession(command, environment, async (session) => {
        const { terminal, signal, json, envFile } = session
        localPorts(session.settings) // wrong addresses are refused before anything is written
        const made = await completeEnvFile(envFile, environment.process.env)
        if (made.length > 0) terminal.note(`created random values of ${made.join(', ')} in ${envFile}`)
        const stack = await localStack(session, environment, { native, credentials: 'required' })
        const started = await stack.up({ onStep: (line) => terminal.note(line), signal })
        await untilAnswers(session)
        const parts = await stack.status()
        if (json) await terminal.data(`${jsonText({ started, parts }, 2)}\n`)
        else await terminal.data(partsText(parts, terminal))
        if (started.length === 0) terminal.note('nothing to start: the stack is up')
        terminal.note('next: minilake demo --profile stack')
      }),
    )
}

/**
 * Waits until Trino counts the metastore's schemas. Listing them is not enough: the coordinator does that alone, and for some seconds
 * after its start it knows no worker, not even itself.
 */
async function untilAnswers({ settings, signal }: Session): Promise<void> {
  const profile = { value: 'stack', origin: 'minilake up' } as const
  const lake = await openResolvedLake({ tables: [], settings: { ...settings, profile }, keys: undefined })
  const schemata = qualifiedName(lakeNames.catalog, 'information_schema', 'schemata')
  const late = AbortSignal.timeout(answerSeconds * 1000)
  try {
    for (;;) {
      try {
        const rows = lake.query(`SELECT count(*) FROM ${schemata}`, {
          signal: AbortSignal.any([signal, late]),
        })
        for await (const _count of rows); // to its end: the columns are known earlier
        return
      } catch (error) {
        signal.throwIfAborted()
        if (late.aborted && error === late.reason) {
          throw new Error(
            `Trino was not ready after ${answerSeconds} s: it cannot list the metastore's schemas`,
            {
              cause: error,
            },
          )
        }
        if (late.aborted) throw error
      }
      await wait(500)
    }
  } finally {
    await lake.close()
  }
}
