import { expect, test } from 'vitest'
import { correctionRound } from './rounds/correction-round.js'
import { correctingKinds } from './rounds/effective-step.js'
import { randomOf } from './rounds/evidence.js'
import { pairRound } from './rounds/pair-round.js'
import { signalRound } from './rounds/signal-round.js'

// A few rounds of what npm run test:long runs hundreds of.
test.each(Array.from({ length: 9 }, (_, round) => round))(
  'random corrections, with kills and reruns, agree with a model (%d)',
  async (round) => {
    expect(await correctionRound(randomOf(3, round))).toHaveProperty('steps')
  },
)

test('every correction, killed with SIGKILL and run again, agrees with a model', async () => {
  const facts = await signalRound(randomOf(5, 0))
  for (const kind of correctingKinds) expect(facts[`killed: ${kind}`], kind).toBe(1)
}, 300_000)

test('two corrections at once end as one after the other', async () => {
  const chosen = [
    ['import, mode append', 'remove a range of time'],
    ['import, mode merge', 'import, mode merge'],
    ['import, mode overwrite-partitions', 'remove by a condition'],
    ['remove an import', 'rewrite'],
    ['add a column', 'import, mode merge'],
    ['drop without data', 'ingest'],
    ['ingest, overwrite', 'remove a range of time'],
  ] as const
  expect(Object.keys(await pairRound(randomOf(6, 0), { chosen }))).toHaveLength(chosen.length)
}, 300_000)
