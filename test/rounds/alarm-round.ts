import assert from 'node:assert/strict'
import { alarmEpisodes, type SqlEngine } from '@minilake/analytics'
import { sqlTableName } from '@minilake/schema'
import fc from 'fast-check'
import {
  expectedEpisodes,
  streamedEpisodes,
  tank,
  tankReadings,
  tankRules,
  tankValues,
} from '../../packages/analytics/test/queries/episode-readings.js'
import type { Random, RoundFacts } from './evidence.js'

/**
 * Compares the alarm episodes of random readings by random rules: in SQL on an engine, from the alarm monitor, and by the letter of the rules.
 * The engine's lake has a schema for the table, which each round makes anew.
 */
export async function alarmRound(random: Random, engine: SqlEngine): Promise<RoundFacts> {
  const cases = fc.tuple(tankReadings(['a', 'b', null]), tankRules, fc.boolean())
  const seed = random.below(2 ** 31)
  const [found] = fc.sample(cases, { numRuns: 1, seed })
  assert.ok(found)
  const [readings, rules, eachDay] = found
  const table = sqlTableName(tank)
  await engine.execute(`DROP TABLE IF EXISTS ${table}`)
  await engine.execute(`CREATE TABLE ${table} (time TIMESTAMP, level DOUBLE, tank VARCHAR)`)
  if (readings.length > 0) await engine.execute(`INSERT INTO ${table} VALUES ${tankValues(readings)}`)
  const expected = expectedEpisodes(readings, rules, { eachDay })
  assert.deepEqual(streamedEpisodes(readings, rules, { eachDay }), expected, `stream, seed ${seed}`)
  const episodes = []
  for await (const episode of engine.query(alarmEpisodes(tank, { rules, eachDay })))
    episodes.push({ ...episode })
  assert.deepEqual(episodes, expected, `SQL, seed ${seed}`)
  await engine.execute(`DROP TABLE ${table}`)
  return { readings: readings.length, rules: rules.length, episodes: expected.length }
}
