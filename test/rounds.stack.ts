import { expect, inject, test } from 'vitest'
import { emptyLake, stackOptions } from '../packages/lake/test/running-stack.js'
import { convertRound } from './rounds/convert-round.js'
import { correctionRound } from './rounds/correction-round.js'
import { correctingKinds } from './rounds/effective-step.js'
import { randomOf } from './rounds/evidence.js'
import { killRound } from './rounds/kill-round.js'
import { pairRound } from './rounds/pair-round.js'
import { raceRound } from './rounds/race-round.js'
import { sequenceRound } from './rounds/sequence-round.js'
import { signalRound } from './rounds/signal-round.js'

// A few rounds of what npm run test:long runs hundreds of.
const stack = inject('stack')

test('generate and ingest survive kills', async () => {
  for (const round of [0, 1]) expect(await killRound(randomOf(1, round))).toHaveProperty('kills')
})

test('a random sequence agrees with a model, on DuckDB and on Trino', async () => {
  expect(await sequenceRound(randomOf(2, 0))).toHaveProperty('steps')
  await emptyLake(stack)
  expect(await sequenceRound(randomOf(2, 1), stackOptions(stack))).toHaveProperty('steps')
})

test(
  'random corrections, with kills and reruns, agree with a model on Trino',
  { timeout: 600_000 },
  async () => {
    for (const round of [0, 1])
      expect(await correctionRound(randomOf(4, round), { stack })).toHaveProperty('steps')
  },
)

test(
  'every correction, killed with SIGKILL and run again, agrees with a model on Trino',
  { timeout: 600_000 },
  async () => {
    const facts = await signalRound(randomOf(5, 0), { stack })
    for (const kind of correctingKinds) expect(facts[`killed: ${kind}`], kind).toBe(1)
  },
)

test('two corrections at once end as one after the other on Trino', { timeout: 600_000 }, async () => {
  const chosen = [['import, mode merge', 'remove a range of time']] as const
  expect(await pairRound(randomOf(6, 1), { stack, chosen })).toHaveProperty([
    'import, mode merge beside remove a range of time',
  ])
})

test('writers that race for an Iceberg table lose and double no row', { timeout: 600_000 }, async () => {
  await emptyLake(stack)
  expect(await raceRound(randomOf(7, 0), { stack, number: 0 })).toHaveProperty('writers', 5)
})

test(
  'corrections of an Iceberg table, killed with SIGKILL and run again, agree with a model',
  { timeout: 900_000 },
  async () => {
    const kinds = ['import, mode append', 'import, mode merge', 'remove by a condition']
    const facts = await signalRound(randomOf(8, 0), { stack, format: 'iceberg', kinds })
    for (const kind of kinds) expect(facts[`killed: ${kind}`], kind).toBe(1)
    expect(await correctionRound(randomOf(9, 0), { stack, format: 'iceberg' })).toHaveProperty('steps')
  },
)

test(
  'convert, killed with SIGKILL before, between and after its renames, is finished by a rerun',
  { timeout: 600_000 },
  async () => {
    const moments = [
      { statement: /^MERGE/, isDone: true },
      { statement: /^ALTER TABLE "hive"/, isDone: true },
      { statement: /^ALTER TABLE "iceberg"/, isDone: true },
    ]
    const facts = await convertRound(randomOf(10, 0), { stack, moments })
    expect(facts).toEqual({ conversions: 1, 'killed at another statement': 3 })
  },
)
