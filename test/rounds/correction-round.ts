import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Lake } from '../../packages/lake/src/index.js'
import { emptyLake, type TestStack } from '../../packages/lake/test/running-stack.js'
import { dyingLake, type LakePlace, letTimePass, livingLake, storeAt } from './dying-lake.js'
import type { Random, RoundFacts } from './evidence.js'
import { operations, type Step } from './operations.js'
import { emptyModel, type Reading, type ReadingsModel, rowText, rowTexts, tableOf } from './readings-model.js'

/** A process dies before this many changes of the store and of the catalog. */
const mostChanges = 16

/**
 * Runs random operations on a lake, some of them in a process that dies at a random moment and is then run again, and compares the engine's
 * rows with a model after every one. With a stack, the engine is Trino; else it is DuckDB.
 */
export async function correctionRound(random: Random, stack?: TestStack): Promise<RoundFacts> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-correction-'))
  const place: LakePlace = { folder, stack }
  const model = emptyModel()
  const texts: string[] = []
  const steps = 3 + random.below(5)
  const kinds: Record<string, number> = {}
  let kills = 0
  try {
    if (stack) await emptyLake(stack)
    for (let number = 0; number < steps; number += 1) {
      const step = random.pick(operations)(model, random, folder)
      const isKilled = random.below(2) === 0 && (await killed(step, place, random.below(mostChanges)))
      if (isKilled) kills += 1
      const { kind, detail } = step
      kinds[kind] = (kinds[kind] ?? 0) + 1
      texts.push(`${kind}: ${detail}${isKilled ? ' (killed, then again)' : ''}`)
      const table = tableOf(step.definition)
      const lake = await livingLake(table, place)
      try {
        await letTimePass(storeAt(lake, place))
        if (number === 0) await lake.register()
        await step.run(lake, table)
        step.apply(model)
        await compare(lake, model)
      } finally {
        await lake.close()
      }
    }
    return { steps, kills, ...kinds }
  } catch (cause) {
    throw new Error(`${texts.join('; ')}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs a step in a process that dies; false when it had ended by then. */
async function killed(step: Step, place: LakePlace, changes: number): Promise<boolean> {
  const table = tableOf(step.definition)
  const { lake, isDead } = await dyingLake(table, place, changes)
  try {
    await step.run(lake, table)
  } catch (error) {
    if (!/died/.test(String(error))) throw error
  } finally {
    await lake.close()
  }
  return isDead()
}

async function compare(lake: Lake, model: ReadingsModel): Promise<void> {
  const { level, hasTorque } = model.definition
  const columns = `event_timestamp AS time, station_id AS station, ${level} AS level, ${hasTorque ? 'torque' : 'NULL AS torque'}`
  const found: string[] = []
  for await (const row of lake.query(`SELECT ${columns} FROM hive.iot_dw.station`))
    found.push(rowText(row as unknown as Reading))
  found.sort()
  const expected = rowTexts(model)
  if (!isDeepStrictEqual(found, expected)) {
    const at = expected.findIndex((text, index) => text !== found[index])
    throw new Error(
      `expected ${expected.length} rows, got ${found.length}; first difference: expected ${expected[at] ?? 'nothing'}, got ${found[at === -1 ? expected.length : at] ?? 'nothing'}`,
    )
  }
  for await (const { key } of lake.store.list('_intents/'))
    if (!key.endsWith('.owner.json')) throw new Error(`expected no unfinished change, got ${key}`)
}
