import { setTimeout as wait } from 'node:timers/promises'
import { freeSql } from '@minilake/analytics'
import { completeEnvFile } from '@minilake/infra'
import { lakeNames, qualifiedName } from '@minilake/schema'
import { Command } from 'commander'
import { localPorts, localStack, partsText } from '../local-stack.js'
import { jsonText } from '../print/result-format.js'
import { type Environment, openSession, type Session } from '../session.js'
import { openTrino } from '@minilake/lake'

/** How long Trino may take from its first answer until it knows of the metastore's schemas. */
const answerSeconds = 60

/** `minilake up`: start the stack on this machine. */
export function upCommand(environment: Environment): Command {
  return new Command('up')
    .description(
      'start the stack on this machine (PostgreSQL, MinIO, Hive Metastore, Trino) by Docker Compose, and wait until it answers',
    )
    .option(
      '--native',
      'without Docker, as processes: needs Go, Maven, PostgreSQL, a JDK 17 and a JDK 24 or later',
    )
    .action(async ({ native = false }: { native?: boolean }, command: Command) => {
      const session = await openSession(command, environment)
      const { terminal, signal, json, envFile } = session
      localPorts(session.settings) // refused before anything is written
      const made = await completeEnvFile(envFile, environment.process.env)
      if (made.length > 0) terminal.note(`${envFile} has new random values of ${made.join(', ')}`)
      const stack = await localStack(session, environment, { native, credentials: 'required' })
      const started = await stack.up({ onStep: (line) => terminal.note(line), signal })
      await untilAnswers(session)
      const parts = await stack.status()
      if (json) await terminal.data(`${jsonText({ started, parts }, 2)}\n`)
      else await terminal.data(partsText(parts))
      if (started.length === 0) terminal.note('nothing to start: the stack is up')
      terminal.note('next: minilake demo --profile stack')
    })
}

/**
 * Waits until Trino counts the schemas of the metastore. Listing them is not enough: that the coordinator does alone, and for some
 * seconds after its start it knows of no worker, not even itself.
 */
async function untilAnswers({ settings, signal }: Session): Promise<void> {
  const engine = await openTrino(settings)
  const schemata = qualifiedName(lakeNames.catalog, 'information_schema', 'schemata')
  const schemas = freeSql(`SELECT count(*) FROM ${schemata}`)
  const late = AbortSignal.timeout(answerSeconds * 1000)
  try {
    for (;;) {
      try {
        const rows = engine.query(schemas, { signal: AbortSignal.any([signal, late]) })
        for await (const _count of rows); // to its end: the columns are known earlier
        return
      } catch (error) {
        signal.throwIfAborted()
        if (late.aborted && error === late.reason)
          throw new Error(`Trino does not count the metastore's schemas within ${answerSeconds} s`, {
            cause: error,
          })
        if (late.aborted) throw error
      }
      await wait(500)
    }
  } finally {
    await engine.close()
  }
}
