import { expect, inject, test } from 'vitest'
import { correctionRound } from './rounds/correction-round.js'
import { correctingKinds } from './rounds/effective-step.js'
import { type Random, runRounds } from './rounds/evidence.js'
import { killRound } from './rounds/kill-round.js'
import { pairRound, pairs } from './rounds/pair-round.js'
import { sequenceRound } from './rounds/sequence-round.js'
import { signalRound } from './rounds/signal-round.js'

const hour = 3_600_000
const { MINILAKE_LONG_SEED = '20261129', MINILAKE_LONG_ROUNDS } = process.env
const seed = Number(MINILAKE_LONG_SEED)
/** The number of rounds, or that of MINILAKE_LONG_ROUNDS; the evidence says how many there were. */
const roundsOr = (rounds: number) => Number(MINILAKE_LONG_ROUNDS ?? rounds)

test(
  'generate and ingest, killed at random moments, end with every file once and whole',
  { timeout: 2 * hour },
  () => runRounds({ name: 'kills', rounds: roundsOr(100), seed, round: killRound }),
)

test('random sequences of write, import, stage and ingest agree with a model', { timeout: 2 * hour }, () =>
  runRounds({ name: 'sequences', rounds: roundsOr(300), seed, round: sequenceRound }),
)

test('random corrections, with kills and reruns, agree with a model on DuckDB', { timeout: 2 * hour }, () =>
  runRounds({ name: 'corrections', rounds: roundsOr(300), seed, round: (random) => correctionRound(random) }),
)

test('random corrections, with kills and reruns, agree with a model on Trino', { timeout: 2 * hour }, () =>
  runRounds({
    name: 'corrections-trino',
    rounds: roundsOr(25),
    seed,
    round: (random) => correctionRound(random, { stack: inject('stack') }),
  }),
)

test.each([
  { name: 'sigkills', engine: 'DuckDB' },
  { name: 'sigkills-trino', engine: 'Trino' },
])(
  'every correction, killed with SIGKILL at random moments and run again, agrees with a model on $engine',
  { timeout: 4 * hour },
  async ({ name, engine }) => {
    const rounds = roundsOr(20)
    const round = (random: Random) =>
      signalRound(random, engine === 'Trino' ? { stack: inject('stack') } : {})
    const facts = await runRounds({ name, rounds, seed, round })
    const rows = correctingKinds.map((kind) => ({ operation: kind, kills: facts[`killed: ${kind}`] ?? 0 }))
    console.table(rows)
    for (const { operation, kills } of rows) expect(kills, operation).toBeGreaterThanOrEqual(rounds)
  },
)

test.each([
  { name: 'pairs', engine: 'DuckDB', most: 20 },
  { name: 'pairs-trino', engine: 'Trino', most: 2 },
])(
  'every pair of corrections at once ends as one after the other on $engine',
  { timeout: 4 * hour },
  async ({ name, engine, most }) => {
    const rounds = roundsOr(most)
    const round = (random: Random) => pairRound(random, engine === 'Trino' ? { stack: inject('stack') } : {})
    const facts = await runRounds({ name, rounds, seed, round })
    for (const pair of pairs) expect(facts[pair.join(' beside ')], pair.join(' beside ')).toBe(rounds)
  },
)
