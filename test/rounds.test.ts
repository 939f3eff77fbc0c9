import { expect, test } from 'vitest'
import { correctionRound } from './rounds/correction-round.js'
import { randomOf } from './rounds/evidence.js'

// A few rounds of what npm run test:long runs hundreds of.
test.each(Array.from({ length: 9 }, (_, round) => round))(
  'random corrections, with kills and reruns, agree with a model (%d)',
  async (round) => {
    expect(await correctionRound(randomOf(3, round))).toHaveProperty('steps')
  },
)
