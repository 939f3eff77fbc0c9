import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { openLake } from '../../packages/lake/src/index.js'
import { emptyLake, type TestStack } from '../../packages/lake/test/running-stack.js'
import { type CallEnd, type CallingProcess, callingProcess } from './calling-process.js'
import { checkNothingUnfinished, completeStep, readRows } from './complete-step.js'
import { type LakePlace, lakeOptions } from './dying-lake.js'
import { correctingKinds, effectiveStep } from './effective-step.js'
import type { Random, RoundFacts } from './evidence.js'
import { makeCall } from './make-call.js'
import type { Step } from './step.js'
import { type Definition, emptyModel, type ReadingsModel, rowTexts, tableOf } from './readings-model.js'

/** Two kinds of operations that two processes run at once. */
export type Pair = readonly [string, string]

/** Every pair of corrections, each with itself too. A process that runs beside `rewrite` has the table's former definition. */
export const pairs: readonly Pair[] = correctingKinds.flatMap((one, index, kinds) =>
  kinds.slice(index).map((other): Pair => [one, other]),
)

/**
 * Runs pairs of operations in two processes at once, each pair on a lake of its own. A call that failed is made again, and `rewrite` always is,
 * since the other process may have put files in the former shape into a day that it had already looked at. Every day must then hold what one
 * order of the two leaves in it, or the other: several days change one after the other.
 */
export async function pairRound(
  random: Random,
  { stack, chosen = pairs }: { stack?: TestStack; chosen?: readonly Pair[] } = {},
): Promise<RoundFacts> {
  const counts: Record<string, number> = {}
  const count = (fact: string) => void (counts[fact] = (counts[fact] ?? 0) + 1)
  const processes = [callingProcess(), callingProcess()] as const
  try {
    for (const pair of chosen) {
      const failed = await runPair(pair, { random, stack, processes }).catch((cause: unknown) => {
        throw new Error(`${pair.join(' beside ')}: ${String(cause)}`, { cause })
      })
      count(pair.join(' beside '))
      if (failed > 0) count(`one failed and ran again: ${pair.join(' beside ')}`)
    }
    return counts
  } finally {
    for (const each of processes) each.end()
  }
}

/** Resolves with how many of the two calls failed at first. */
async function runPair(
  pair: Pair,
  {
    random,
    stack,
    processes,
  }: {
    random: Random
    stack: TestStack | undefined
    processes: readonly [CallingProcess, CallingProcess]
  },
): Promise<number> {
  const folders = [
    await mkdtemp(join(tmpdir(), 'minilake-pair-')),
    await mkdtemp(join(tmpdir(), 'minilake-pair-')),
  ] as const
  const place: LakePlace = { folder: folders[0], stack }
  const model = emptyModel()
  try {
    if (stack) await emptyLake(stack)
    const [one, other] = await prepare(pair, { model, random, place, folders })
    const ends = await Promise.all([
      processes[0].call(one, { table: tableOf(one.definition), place }),
      processes[1].call(other, { table: tableOf(other.definition), place }),
    ])
    const definition = both(one, other)
    const table = tableOf(definition)
    const lake = await openLake(lakeOptions(table, place))
    try {
      const again = [[one, ends[0]] as const, [other, ends[1]] as const]
      again.sort(([a], [b]) => Number(isRewrite(b)) - Number(isRewrite(a)))
      for (const [step, end] of again) {
        if (end.is === 'failed') checkSentence(end)
        else if (!isRewrite(step)) continue
        await makeCall(lake, await step.call(table)) // it is refused where the other has merged its import away
      }
      await lake.register()
      checkDays(await readRows(lake, definition), [after(model, one, other), after(model, other, one)])
      await checkNothingUnfinished(lake)
    } finally {
      await lake.close()
    }
    return ends.filter(({ is }) => is === 'failed').length
  } finally {
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  }
}

/** Imports rows until both operations have something to do. Each has a folder of its own for its file. */
async function prepare(
  [kind, otherKind]: Pair,
  {
    model,
    random,
    place,
    folders,
  }: { model: ReadingsModel; random: Random; place: LakePlace; folders: readonly [string, string] },
): Promise<[Step, Step]> {
  for (let isFirst = true; ; isFirst = false) {
    const step = effectiveStep('import, mode append', { model, random, folder: folders[0] })
    if (step) await completeStep(step, { place, model, isFirst })
    if (isFirst) continue
    const one = effectiveStep(kind, { model, random, folder: folders[0] })
    const other = effectiveStep(otherKind, { model, random, folder: folders[1] })
    // A name that the other process does not know would leave it nothing to do but fail.
    const isKnown = (step: Step) => step.definition.level === model.definition.level
    if (one && other && isKnown(one) && isKnown(other)) return [one, other]
  }
}

/** The definition with the changes of both. */
function both(one: Step, other: Step): Definition {
  const [first, second] = isRewrite(other) ? [other, one] : [one, other]
  return {
    ...first.definition,
    hasTorque: first.definition.hasTorque || second.definition.hasTorque,
    spares: Math.max(first.definition.spares, second.definition.spares),
  }
}

function isRewrite({ kind }: Step): boolean {
  return kind === 'rewrite'
}

function checkSentence({ message = '' }: CallEnd): void {
  if (!/try again|run .* again|is half done|rows of other imports|minilake rewrite/.test(message))
    throw new Error(`expected a sentence that says what to do, got ${message}`)
}

function after(model: ReadingsModel, first: Step, second: Step): string[] {
  const copy: ReadingsModel = { ...model }
  first.apply(copy, 'first')
  second.apply(copy, 'second')
  return rowTexts(copy)
}

function checkDays(found: readonly string[], orders: readonly (readonly string[])[]): void {
  const dayOf = (row: string) => row.slice(0, '2026-01-01'.length)
  const days = new Set([found, ...orders].flat().map(dayOf))
  for (const day of days) {
    const ofDay = (rows: readonly string[]) => rows.filter((row) => dayOf(row) === day)
    if (!orders.some((rows) => isDeepStrictEqual(ofDay(found), ofDay(rows))))
      throw new Error(
        `${day} expected ${orders.map((rows) => ofDay(rows).length).join(' or ')} rows, got ${ofDay(found).length}, or other ones`,
      )
  }
}
