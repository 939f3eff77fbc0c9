import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Lake, openLake } from '../../packages/lake/src/index.js'
import { emptyLake, type TestStack } from '../../packages/lake/test/running-stack.js'
import { lakeOptions, type LakePlace } from './dying-lake.js'
import type { Random, RoundFacts } from './evidence.js'
import { type Killer, killedBetweenChanges } from './killer.js'
import { makeCall } from './make-call.js'
import { operations } from './operations.js'
import { emptyModel, type Reading, type ReadingsModel, rowText, rowTexts, tableOf } from './readings-model.js'

/**
 * Runs random operations on a lake, most of them twice, the first time in a process that may be killed, and compares the engine's rows with
 * a model after every one. With a stack, the engine is Trino; else it is DuckDB.
 */
export async function correctionRound(
  random: Random,
  { stack, killed = killedBetweenChanges }: { stack?: TestStack; killed?: Killer } = {},
): Promise<RoundFacts> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-correction-'))
  const place: LakePlace = { folder, stack }
  const model = emptyModel()
  const texts: string[] = []
  const steps = 3 + random.below(5)
  const counts: Record<string, number> = {}
  const count = (fact: string) => void (counts[fact] = (counts[fact] ?? 0) + 1)
  try {
    if (stack) await emptyLake(stack)
    for (let number = 0; number < steps; number += 1) {
      const step = random.pick(operations)(model, random, folder)
      const end = await killed(step, place, random)
      const isKilled = end === 'killed'
      const { kind, detail } = step
      count(kind)
      if (isKilled) count(`killed: ${kind}`)
      texts.push(`${kind}: ${detail}${isKilled ? ' (killed, then again)' : ''}`)
      const table = tableOf(step.definition)
      const lake = await openLake(lakeOptions(table, place))
      try {
        if (number === 0) await lake.register()
        const { importId, refusal } = await makeCall(lake, await step.call(table))
        if (refusal !== step.refusal)
          throw new Error(`expected ${step.refusal ?? 'success'}, got ${refusal ?? 'success'}`)
        step.apply(model, importId)
        await compare(lake, model)
      } finally {
        await lake.close()
      }
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
