import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLake } from '../../packages/lake/src/index.js'
import { emptyLake, type TestStack } from '../../packages/lake/test/running-stack.js'
import { changesUnderWay } from './changes-under-way.js'
import { completeStep } from './complete-step.js'
import { type LakePlace, lakeOptions } from './dying-lake.js'
import { effectiveStep, kindsOf } from './effective-step.js'
import type { Random, RoundFacts } from './evidence.js'
import { killedBySignal } from './killer.js'
import type { Step } from './step.js'
import { emptyModel, tableOf } from './readings-model.js'

/** Files that a lake holds before each operation, so that there is something to correct. */
const fewestFiles = 3
const mostAttempts = 30

/**
 * Kills a process with SIGKILL once in each operation that corrects data, runs the same call again, and compares the engine's rows with a
 * model. A call that ended before its kill does not count, and another one is tried. With a stack, the engine is Trino; else it is DuckDB.
 */
export async function signalRound(
  random: Random,
  {
    stack,
    format,
    kinds = kindsOf(format),
  }: { stack?: TestStack; format?: 'iceberg'; kinds?: readonly string[] } = {},
): Promise<RoundFacts> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-signal-'))
  const place: LakePlace = { folder, stack }
  const model = emptyModel(format)
  const texts: string[] = []
  const counts: Record<string, number> = {}
  const count = (fact: string) => void (counts[fact] = (counts[fact] ?? 0) + 1)
  let isFirst = true
  const complete = async (step: Step) => {
    await completeStep(step, { place, model, isFirst })
    isFirst = false
  }
  /** A step of a kind, after rows for it have been imported. */
  const nextStep = async (kind: string): Promise<Step> => {
    for (;;) {
      if (model.files.length >= fewestFiles) {
        const step = effectiveStep(kind, { model, random, folder })
        if (step) return step
      }
      const rows = effectiveStep('import, mode append', { model, random, folder })
      if (rows) await complete(rows)
    }
  }
  try {
    if (stack) await emptyLake(stack)
    for (const kind of kinds) {
      for (let attempt = 1; ; attempt += 1) {
        const step = await nextStep(kind)
        const end = await killedBySignal(step, place, random)
        texts.push(`${kind}: ${step.detail} (${end})`)
        if (end === 'killed') {
          count(`killed: ${kind}`)
          await ageUnfinished(step, place)
          const left = await changesUnderWay(place)
          if (left) count(`${left} left by: ${kind}`)
        }
        await complete(step)
        if (end === 'killed') break
        if (attempt === mostAttempts) throw new Error(`none of ${attempt} calls was killed before it ended`)
      }
    }
    return counts
  } catch (cause) {
    throw new Error(`${texts.join('; ')}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Unfinished files become as old as those of a process that died a minute ago. */
async function ageUnfinished(step: Step, place: LakePlace): Promise<void> {
  const lake = await openLake(lakeOptions(tableOf(step.definition), place))
  try {
    for await (const { key } of lake.store.unfinished?.('_intents/') ?? [])
      await utimes(join(lake.store.location, key), new Date(0), new Date(0))
  } finally {
    await lake.close()
  }
}
