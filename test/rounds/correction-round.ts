import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyLake, type TestStack } from '../../packages/lake/test/running-stack.js'
import { completeStep } from './complete-step.js'
import type { LakePlace } from './dying-lake.js'
import type { Random, RoundFacts } from './evidence.js'
import { killedBetweenChanges, killedBySignal } from './killer.js'
import { operationsOf } from './operations.js'
import { emptyModel } from './readings-model.js'

/**
 * Runs random operations on a lake, half of them twice, the first time in a process that dies, and compares the engine's rows with a model
 * after every one. With a stack, the engine is Trino; else it is DuckDB. With `format`, the table is an Iceberg table, and the process that dies is one of
 * its own.
 */
export async function correctionRound(
  random: Random,
  { stack, format }: { stack?: TestStack; format?: 'iceberg' } = {},
): Promise<RoundFacts> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-correction-'))
  const place: LakePlace = { folder, stack }
  const model = emptyModel(format)
  const texts: string[] = []
  const steps = 3 + random.below(5)
  const counts: Record<string, number> = {}
  const count = (fact: string) => void (counts[fact] = (counts[fact] ?? 0) + 1)
  try {
    if (stack) await emptyLake(stack)
    for (let number = 0; number < steps; number += 1) {
      const step = random.pick(operationsOf(model.definition))(model, random, folder)
      const killed = format ? killedBySignal : killedBetweenChanges
      const isKilled = (await killed(step, place, random)) === 'killed'
      const { kind, detail } = step
      count(kind)
      if (isKilled) count(`killed: ${kind}`)
      texts.push(`${kind}: ${detail}${isKilled ? ' (killed, then again)' : ''}`)
      await completeStep(step, { place, model, isFirst: number === 0 })
    }
    return { steps, ...counts }
  } catch (cause) {
    throw new Error(`${texts.join('; ')}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
