import {
  type AlarmRule,
  alarmRulesOf,
  lakeLocation,
  lakeNames,
  qualifiedName,
  quoteLiteral,
  sqlTableName,
} from '@minilake/schema'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alarmCount, alarmEpisodes, deliveryCounts, hourlyStatistics, type Query } from '../../src/index.js'
import { trinoEngine } from '../../src/trino/trino-engine.js'
import { expectedEpisodes, streamedEpisodes, tank, tankReadings, tankValues } from './episode-readings.js'
import { engineWith, rowsOf } from './machines.js'
import { stack } from '../stack.js'

// Eighty tanks with different readings, one of them without a name.
const samples = fc.sample(tankReadings(['tank']), { numRuns: 80, seed: 1 })
const readings = samples.flatMap((rows, index) =>
  rows.map((row) => ({ ...row, tank: index === 0 ? null : `tank-${index}` })),
)

const columns = 'time TIMESTAMP, level DOUBLE, tank VARCHAR'
const duckDb = engineWith(tank, columns, tankValues(readings))
const trino = trinoEngine({ url: stack.trino, user: 'minilake' })
const table = sqlTableName(tank)

beforeAll(async () => {
  const schema = qualifiedName(lakeNames.catalog, lakeNames.schema)
  const location = quoteLiteral(`${lakeLocation}${lakeNames.schema}/`)
  await trino.execute(`CREATE SCHEMA IF NOT EXISTS ${schema} WITH (location = ${location})`)
  await trino.execute(`DROP TABLE IF EXISTS ${table}`)
  await trino.execute(`CREATE TABLE ${table} (${columns})`)
  for (let first = 0; first < readings.length; first += 1000) {
    await trino.execute(`INSERT INTO ${table} VALUES ${tankValues(readings.slice(first, first + 1000))}`)
  }
})
afterAll(async () => {
  await trino.execute(`DROP TABLE IF EXISTS ${table}`)
  await Promise.all([trino.close(), duckDb.close()])
})

const [rule] = alarmRulesOf(tank) as [AlarmRule]
const rules: AlarmRule[] = [
  rule,
  { ...rule, deadband: 0.1, onDelaySeconds: 0, offDelaySeconds: 0 },
  { ...rule, limit: 149.5, deadband: 0, onDelaySeconds: 0.001, offDelaySeconds: 0.5 },
  { ...rule, onDelaySeconds: 0, offDelaySeconds: 2 ** 31 - 1 },
  { ...rule, name: 'level_low', side: 'below', limit: 147, deadband: 1, onDelaySeconds: 1 },
]
const severalRules = [rule, { ...rule, name: 'level_low', side: 'below' as const, limit: 147, deadband: 1 }]
const cases = rules.flatMap((rule) => [true, false].map((eachDay) => ({ ...rule, eachDay })))

test.each(cases)(
  'alarm episodes of %j are those of the rule by its letter, in Trino, DuckDB and the alarm monitor',
  async (options) => {
    const { eachDay, ...rule } = options
    const expected = expectedEpisodes(readings, [rule], { eachDay })
    expect(expected.length).toBeGreaterThan(20)
    expect(streamedEpisodes(readings, [rule], { eachDay })).toEqual(expected)
    for (const engine of [trino, duckDb])
      expect(await rowsOf(engine, alarmEpisodes(tank, { rules: [rule], eachDay }))).toEqual(expected)
  },
)

describe('Trino and DuckDB return the same rows', () => {
  const range = { from: new Date('2026-01-01T23:59:00Z'), to: new Date('2026-01-02T00:10:00Z') }
  test.each<[string, Query<unknown>]>([
    ['alarmEpisodes of all tanks as one', alarmEpisodes(tank, { by: [] })],
    ['alarmEpisodes in a range', alarmEpisodes(tank, range)],
    ['alarmEpisodes of several rules', alarmEpisodes(tank, { rules: severalRules })],
    ['alarmRows of several rules', alarmCount(tank, { rules: severalRules })],
    ['deliveryCounts', deliveryCounts(tank)],
    ['deliveryCounts of all tanks as one, in a range', deliveryCounts(tank, { ...range, by: [] })],
    ['hourlyStatistics', hourlyStatistics(tank)],
  ])('%s', async (_, query) => {
    const expected = await rowsOf(duckDb, query)
    expect(expected.length).toBeGreaterThan(0)
    expect(await rowsOf(trino, query)).toEqual(expected)
  })

  test('the number of NaN readings in an hour', async () => {
    const count = readings.filter(({ level }) => Number.isNaN(level)).length
    const hours = await rowsOf(trino, hourlyStatistics(tank))
    expect(hours.reduce((sum, hour) => sum + Number(hour.nan_level), 0)).toBe(count)
  })
})
