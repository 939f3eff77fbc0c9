import { type CallEnd, callingProcess, type KillMoment } from './calling-process.js'
import { changesUnderWay } from './changes-under-way.js'
import { dyingLake, type LakePlace } from './dying-lake.js'
import type { Random } from './evidence.js'
import { makeCall } from './make-call.js'
import type { Step } from './step.js'
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

/** The longest that each kind of step has run without a kill, and has had a change under way, by profile and kind. */
const lengths = new Map<string, Pick<CallEnd, 'millis' | 'changingMillis'>>()

/**
 * The step runs in a process of its own, which gets SIGKILL unless it has ended by then. Two of three kills of a kind that has changes under way
 * come at a moment of the time that these take, the others at a moment of the whole call. The first step of each kind is not killed: it is
 * measured.
 */
export const killedBySignal: Killer = async (step, place, random) => {
  const name = `${place.stack ? 'stack' : 'embedded'} ${step.definition.format ?? 'hive'}: ${step.kind}`
  const length = lengths.get(name)
  const table = tableOf(step.definition)
  const child = callingProcess()
  const isChanging = async () => (await changesUnderWay(place)) !== undefined
  try {
    const kill = length && momentOf(length, random)
    const end = await child.call(step, { table, place, kill, isChanging })
    if (end.is === 'failed') throw new Error(end.message)
    // A step that ended before its moment shows that this kind has become faster, as after the first one of a process.
    if (end.is === 'completed') lengths.set(name, end)
    return end.is
  } finally {
    child.end()
  }
}

function momentOf(
  { millis, changingMillis }: Pick<CallEnd, 'millis' | 'changingMillis'>,
  random: Random,
): KillMoment {
  const since = changingMillis > 0 && random.below(3) > 0 ? 'change' : 'call'
  const most = since === 'change' ? changingMillis : millis
  return { since, afterMillis: (random.below(1000) / 1000) * most }
}
