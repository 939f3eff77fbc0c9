import { callingProcess } from './calling-process.js'
import { dyingLake, type LakePlace } from './dying-lake.js'
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

/** The longest that each kind of step has run without a kill, in milliseconds, by profile and kind. */
const lengths = new Map<string, number>()

/**
 * The step runs in a process of its own, which gets SIGKILL at a moment of the time that its kind of step takes, unless it has ended by
 * then. The first step of each kind is not killed: it is measured.
 */
export const killedBySignal: Killer = async (step, place, random) => {
  const name = `${place.stack ? 'stack' : 'embedded'}: ${step.kind}`
  const length = lengths.get(name)
  const killAfterMillis = length === undefined ? undefined : random.below(Math.ceil(length))
  const child = callingProcess()
  try {
    const end = await child.call(step, { table: tableOf(step.definition), place, killAfterMillis })
    if (end.is === 'failed') throw new Error(end.message)
    // A step that ended before its moment shows that this kind has become faster, as after the first one of a process.
    if (end.is === 'completed') lengths.set(name, end.millis)
    return end.is
  } finally {
    child.end()
  }
}
