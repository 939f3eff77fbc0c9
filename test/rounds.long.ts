import { duckDbEngine } from '@minilake/analytics/duckdb'
import { trinoEngine } from '@minilake/analytics/trino'
import { lakeLocation, lakeNames, qualifiedName, quoteLiteral } from '@minilake/schema'
import { expect, inject, test } from 'vitest'
import { alarmRound } from './rounds/alarm-round.js'
import { emptyLake } from '../packages/lake/test/running-stack.js'
import { startKafka } from './kafka-broker.js'
import { convertRound } from './rounds/convert-round.js'
import { correctionRound } from './rounds/correction-round.js'
import { correctingKinds, kindsOf, kindsWithIntents } from './rounds/effective-step.js'
import { type Random, runRounds } from './rounds/evidence.js'
import { killRound } from './rounds/kill-round.js'
import { pairRound, pairs } from './rounds/pair-round.js'
import { raceRound } from './rounds/race-round.js'
import { streamRound } from './rounds/stream-round.js'
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
    const rows = correctingKinds.map((kind) => ({
      operation: kind,
      kills: facts[`killed: ${kind}`] ?? 0,
      left: (facts[`intent left by: ${kind}`] ?? 0) + (facts[`mark left by: ${kind}`] ?? 0),
    }))
    console.table(rows)
    for (const { operation, kills } of rows) expect(kills, operation).toBeGreaterThanOrEqual(rounds)
    const left = rows.reduce((sum, row) => sum + row.left, 0)
    expect(left).toBeGreaterThanOrEqual((kindsWithIntents.length * rounds) / 3)
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

test(
  'alarms of random readings are the same in SQL on DuckDB, in a stream and by the letter',
  { timeout: 2 * hour },
  async () => {
    const engine = duckDbEngine({ setup: [`ATTACH ':memory:' AS hive`, 'CREATE SCHEMA hive.iot_dw'] })
    try {
      await runRounds({
        name: 'alarms',
        rounds: roundsOr(1000),
        seed,
        round: (random) => alarmRound(random, engine),
      })
    } finally {
      await engine.close()
    }
  },
)

test('writers that race for an Iceberg table lose and double no row', { timeout: 2 * hour }, async () => {
  const stack = inject('stack')
  await emptyLake(stack)
  let number = 0
  const round = (random: Random) => raceRound(random, { stack, number: number++ })
  await runRounds({ name: 'races-iceberg', rounds: roundsOr(20), seed, round })
})

test(
  'every correction of an Iceberg table, killed with SIGKILL and run again, agrees with a model',
  { timeout: 4 * hour },
  async () => {
    const rounds = roundsOr(3)
    const round = (random: Random) => signalRound(random, { stack: inject('stack'), format: 'iceberg' })
    const facts = await runRounds({ name: 'sigkills-iceberg', rounds, seed, round })
    for (const kind of kindsOf('iceberg'))
      expect(facts[`killed: ${kind}`], kind).toBeGreaterThanOrEqual(rounds)
  },
)

test(
  'convert, killed with SIGKILL at random moments and between its renames, is finished by a rerun',
  { timeout: 4 * hour },
  async () => {
    const round = (random: Random) => convertRound(random, { stack: inject('stack') })
    const facts = await runRounds({ name: 'converts', rounds: roundsOr(8), seed, round })
    console.table(facts)
    const kills = Object.entries(facts).filter(([fact]) => fact.startsWith('killed '))
    expect(kills.reduce((sum, [, times]) => sum + times, 0)).toBeGreaterThanOrEqual(5 * roundsOr(8))
    expect(facts['killed between the renames']).toBeGreaterThanOrEqual(roundsOr(8))
  },
)

test(
  'alarms of random readings are the same in SQL on Trino, in a stream and by the letter',
  { timeout: 2 * hour },
  async () => {
    const engine = trinoEngine({ url: inject('stack').trino, user: 'minilake' })
    try {
      const schema = qualifiedName(lakeNames.catalog, lakeNames.schema)
      const location = quoteLiteral(`${lakeLocation}${lakeNames.schema}/`)
      await engine.execute(`CREATE SCHEMA IF NOT EXISTS ${schema} WITH (location = ${location})`)
      await runRounds({
        name: 'alarms-trino',
        rounds: roundsOr(50),
        seed,
        round: (random) => alarmRound(random, engine),
      })
    } finally {
      await engine.close()
    }
  },
)

test(
  'random corrections of an Iceberg table, with kills and reruns, agree with a model',
  { timeout: 4 * hour },
  () =>
    runRounds({
      name: 'corrections-iceberg',
      rounds: roundsOr(20),
      seed,
      round: (random) => correctionRound(random, { stack: inject('stack'), format: 'iceberg' }),
    }),
)

test.each([
  { name: 'streams', engine: 'DuckDB' },
  { name: 'streams-trino', engine: 'Trino' },
])(
  'a topic, streamed by processes that are killed at random moments, has each message once on $engine',
  { timeout: 4 * hour },
  async ({ name, engine }) => {
    const lake = { broker: await startKafka(), ...(engine === 'Trino' && { stack: inject('stack') }) }
    const round = (random: Random) => streamRound(random, lake)
    const facts = await runRounds({ name, rounds: roundsOr(10), seed, round })
    console.table(facts)
    expect(facts.kills).toBeGreaterThanOrEqual(5 * roundsOr(10))
  },
)
