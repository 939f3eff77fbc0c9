import { isDeepStrictEqual } from 'node:util'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agrees, type Lake, openLake } from '../../packages/lake/src/index.js'
import { dyingTrino } from '../../packages/lake/test/iceberg/dying-trino.js'
import { emptyLake, type TestStack } from '../../packages/lake/test/running-stack.js'
import { type CallEnd, callingProcess, type KillMoment } from './calling-process.js'
import { checkNothingUnfinished, completeStep, readRows } from './complete-step.js'
import { type LakePlace, lakeOptions } from './dying-lake.js'
import { effectiveStep } from './effective-step.js'
import type { Random, RoundFacts } from './evidence.js'
import { emptyModel, rowTexts, tableOf } from './readings-model.js'

/** When a process that converts is killed: at some part of the time that it takes, or at a statement in Trino, before or after it is done. */
export type Moment = { share: number } | { statement: RegExp; isDone: boolean }

const [hiveRename, icebergRename] = [/^ALTER TABLE "hive"/, /^ALTER TABLE "iceberg"/]

/** Both are between the two renames. */
const betweenRenames: readonly Moment[] = [
  { statement: hiveRename, isDone: true },
  { statement: icebergRename, isDone: false },
]

/** In the order in which a conversion comes to them. */
const statements: readonly Moment[] = [
  { statement: /^CREATE TABLE IF NOT EXISTS "iceberg"/, isDone: true },
  { statement: /^MERGE/, isDone: false },
  { statement: /^MERGE/, isDone: true },
  { statement: hiveRename, isDone: false },
  ...betweenRenames,
  { statement: icebergRename, isDone: true },
]

/** How long the last run of the first conversion took, in milliseconds. */
let length: number | undefined

const files = 3
const table = tableOf(emptyModel().definition)
const converted = tableOf(emptyModel('iceberg').definition)

/**
 * Converts a table of files into an Iceberg table in processes that are killed with SIGKILL, one after the other at these moments, and then in
 * one that is not. Both tables must have the rows of the model, and the lake no other table.
 */
export async function convertRound(
  random: Random,
  { stack, moments }: { stack: TestStack; moments?: readonly Moment[] },
): Promise<RoundFacts> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-convert-'))
  const place: LakePlace = { folder, stack }
  const model = emptyModel()
  const counts: Record<string, number> = {}
  const count = (fact: string) => void (counts[fact] = (counts[fact] ?? 0) + 1)
  // What is left to do becomes less with every statement: a time is that of the first steps.
  const some = (): Moment[] =>
    length === undefined || random.below(2) === 0 ? [] : [{ share: random.below(50) / 100 }]
  const chosen = moments ?? [
    ...some(),
    ...statements.flatMap((each, at) => (at < 3 ? [each, ...some()] : [each])),
  ]
  try {
    await emptyLake(stack)
    while (model.files.length < files) {
      const step = effectiveStep('import, mode append', { model, random, folder })
      if (step) await completeStep(step, { place, model, isFirst: model.files.length === 0 })
    }
    for (const moment of chosen) {
      const end = await convert(place, moment)
      if (end.is === 'failed') throw new Error(end.message)
      count(end.is === 'completed' ? 'ended before its kill' : killText(moment))
      if (end.is === 'completed') break
    }
    const last = await convert(place, { share: Infinity })
    if (last.is !== 'completed') throw new Error(last.message)
    length ??= last.millis
    const lake = await openLake(lakeOptions(converted, place))
    try {
      await check(lake, rowTexts(model))
    } finally {
      await lake.close()
    }
    return { conversions: 1, ...counts }
  } catch (cause) {
    throw new Error(
      `killed at ${chosen.map((moment) => ('share' in moment ? moment.share : killText(moment))).join(', ')}: ${String(cause)}`,
      { cause },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function killText(moment: Moment): string {
  if ('share' in moment) return 'killed at a random moment'
  return betweenRenames.includes(moment) ? 'killed between the renames' : 'killed at another statement'
}

/** The proxy ends the process long before. */
const byProxy: KillMoment = { since: 'call', afterMillis: 600_000 }

/** Runs one process that converts, and may be killed. */
async function convert(place: LakePlace, moment: Moment): Promise<CallEnd> {
  const child = callingProcess()
  const { stack } = place as LakePlace & { stack: TestStack }
  const step = { call: () => ({ method: 'convert' as const, args: [table] }) }
  try {
    if ('share' in moment) {
      const isKilled = Number.isFinite(moment.share)
      const kill: KillMoment | undefined = isKilled
        ? { since: 'call', afterMillis: Math.ceil(moment.share * (length ?? 0)) }
        : undefined
      return await child.call(step, { table, place, kill, resumeAfterSeconds: 1 })
    }
    await using proxy = await dyingTrino(stack.trino, moment.statement, moment.isDone, () => child.end())
    const throughProxy = { ...place, stack: { ...stack, trino: proxy.url } }
    return await child.call(step, { table, place: throughProxy, kill: byProxy, resumeAfterSeconds: 1 })
  } finally {
    child.end()
  }
}

async function check(lake: Lake, expected: readonly string[]): Promise<void> {
  const { definition } = emptyModel('iceberg')
  for (const name of ['station', 'station_hive']) {
    const found = await readRows(lake, definition, name)
    if (!isDeepStrictEqual(found, expected))
      throw new Error(`expected ${expected.length} rows in ${name}, got ${found.length}, or other ones`)
  }
  const tables: unknown[] = []
  for await (const row of lake.query('SHOW TABLES FROM hive.iot_dw')) tables.push(...Object.values(row))
  if (!isDeepStrictEqual(tables.sort(), ['station', 'station_hive']))
    throw new Error(`expected the tables station and station_hive, got ${tables.join(', ')}`)
  const [verified] = await lake.verify()
  if (!verified || !agrees(verified))
    throw new Error(`expected that it verifies, got ${JSON.stringify(verified)}`)
  const again = await lake.convert(converted)
  if (again.days.length > 0) throw new Error('expected that a further conversion finds nothing to do')
  await checkNothingUnfinished(lake)
}
