import { lakeLocation, lakeNames, qualifiedName, quoteLiteral } from '@minilake/schema'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { qualityCounts, qualityFindings } from '../../src/index.js'
import { trinoEngine } from '../../src/trino/trino-engine.js'
import { stack } from '../stack.js'
import { engineWith, rowsOf } from './machines.js'
import {
  expectedQuality,
  probe,
  probeColumns,
  type ProbeOptions,
  type ProbeReading,
  probeReadings,
  probeValues,
} from './quality-readings.js'

const trino = trinoEngine({ url: stack.trino, user: 'minilake' })
const duckDb = engineWith(probe, probeColumns, "(TIMESTAMP '2026-01-01', 0, 0, 'a', 0, 'x', 0)")
const name = qualifiedName(lakeNames.catalog, lakeNames.schema, probe.name)
const rowsInFileOrder = { sql: name, file: 'file_name', position: 'position' }

/** Twenty lots of readings, each of probes of its own. */
const readings: ProbeReading[] = fc
  .sample(probeReadings, { seed: 20, numRuns: 20 })
  .flatMap((rows, lot) =>
    rows.map((row) => ({ ...row, probe: row.probe === null && lot === 0 ? null : `${row.probe}${lot}` })),
  )
  .map((row, position) => ({ ...row, position }))

beforeAll(async () => {
  const schema = qualifiedName(lakeNames.catalog, lakeNames.schema)
  const location = quoteLiteral(`${lakeLocation}${lakeNames.schema}/`)
  await trino.execute(`CREATE SCHEMA IF NOT EXISTS ${schema} WITH (location = ${location})`)
  await trino.execute(`DROP TABLE IF EXISTS ${name}`)
  await trino.execute(`CREATE TABLE ${name} (${probeColumns})`)
  await duckDb.execute(`DELETE FROM ${name}`)
  for (let first = 0; first < readings.length; first += 1000) {
    const values = probeValues(readings.slice(first, first + 1000))
    for (const engine of [trino, duckDb]) await engine.execute(`INSERT INTO ${name} VALUES ${values}`)
  }
}, 300_000)
afterAll(async () => {
  await trino.execute(`DROP TABLE IF EXISTS ${name}`)
  await Promise.all([trino.close(), duckDb.close()])
})

test.each<ProbeOptions>([
  {},
  { intervalSeconds: 1, stuck: { seconds: 1.5 }, ranges: { value: [2, 3] }, years: [2000, 2025] },
  { stuck: { readings: 2 }, ranges: { steps: [1, 2] }, key: ['message'], by: [] },
])(
  'the quality of readings with %j is that of the letter of the checks, in Trino and DuckDB',
  async (given) => {
    const expected = expectedQuality(readings, given)
    expect(expected.findings.length).toBeGreaterThan(100)
    const options = { ...given, columns: ['value', 'steps'] as const, rowsInFileOrder }
    for (const engine of [duckDb, trino]) {
      expect(await rowsOf(engine, qualityFindings(probe, options))).toEqual(expected.findings)
      expect(await rowsOf(engine, qualityCounts(probe, options))).toEqual(expected.counts)
    }
  },
)
