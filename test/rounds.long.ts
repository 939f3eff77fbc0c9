import { test } from 'vitest'
import { runRounds } from './rounds/evidence.js'
import { killRound } from './rounds/kill-round.js'
import { sequenceRound } from './rounds/sequence-round.js'

const hour = 3_600_000
const seed = Number(process.env.MINILAKE_LONG_SEED ?? 20261129)

test(
  'generate and ingest, killed at random moments, end with every file once and whole',
  { timeout: 2 * hour },
  () => runRounds({ name: 'kills', rounds: 100, seed, round: killRound }),
)

test('random sequences of write, import, stage and ingest agree with a model', { timeout: 2 * hour }, () =>
  runRounds({ name: 'sequences', rounds: 300, seed, round: sequenceRound }),
)
