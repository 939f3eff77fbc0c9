import { expect, inject, test } from 'vitest'
import { emptyLake, stackOptions } from '../packages/lake/test/running-stack.js'
import { correctionRound } from './rounds/correction-round.js'
import { randomOf } from './rounds/evidence.js'
import { killRound } from './rounds/kill-round.js'
import { killedBySignal } from './rounds/killer.js'
import { sequenceRound } from './rounds/sequence-round.js'

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
  'random corrections, killed with SIGKILL and run again, agree with a model',
  { timeout: 600_000 },
  async () => {
    for (const place of [{}, { stack }])
      expect(await correctionRound(randomOf(5, 0), { ...place, killed: killedBySignal })).toHaveProperty(
        'steps',
      )
  },
)
