import { fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { dyingLake, type LakePlace, lakeOptions } from './dying-lake.js'
import type { Random } from './evidence.js'
import { makeCall } from './make-call.js'
import type { Step } from './operations.js'
import { tableOf } from './readings-model.js'

/** Runs a step in a process that may die at a random moment. Resolves with how it ended; undefined if it was not run. */
export type Killer = (
  step: Step,
  place: LakePlace,
  random: Random,
) => Promise<'killed' | 'completed' | undefined>

/** A process dies before this many changes of the store and of the catalog. */
const mostChanges = 16

/** Half of the steps die, before one of their first changes; their process is one in name only. */
export const killedBetweenChanges: Killer = async (step, place, random) => {
  if (random.below(2) > 0) return undefined
  const table = tableOf(step.definition)
  const { lake, isDead } = await dyingLake(table, place, random.below(mostChanges))
  try {
    await makeCall(lake, await step.call(table))
  } catch (error) {
    if (!/died/.test(String(error))) throw error
  } finally {
    await lake.close()
  }
  return isDead() ? 'killed' : 'completed'
}

/** Every step runs in a process of its own, which gets SIGKILL some milliseconds after its lake is open, unless it has ended by then. */
export const killedBySignal: Killer = async (step, place, random) => {
  const table = tableOf(step.definition)
  const child = fork(resolve('test/rounds/calling-process.mjs'), {
    serialization: 'advanced',
    stdio: 'pipe',
    execArgv: [], // not those of the test runner
  })
  let said = ''
  child.stderr?.on('data', (text: Buffer) => void (said += text.toString()))
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  child.send({ options: lakeOptions(table, place), ...(await step.call(table)) })
  await Promise.race([once(child, 'message'), ended])
  const timer = setTimeout(() => child.kill('SIGKILL'), random.below(place.stack ? 4000 : 400))
  const [code, signal] = await ended
  clearTimeout(timer)
  if (code !== 0 && signal === null && step.refusal === undefined) throw new Error(said)
  return signal === 'SIGKILL' ? 'killed' : 'completed'
}
