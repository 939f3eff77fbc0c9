import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { qualityCounts, qualityFindings } from '../../src/index.js'
import { engineWith, rowsOf } from './machines.js'
import {
  expectedQuality,
  probe,
  probeColumns,
  probeOptions,
  type ProbeReading,
  probeReadings,
  probeValues,
} from './quality-readings.js'

const name = `hive.iot_dw.${probe.name}`
const engine = engineWith(probe, probeColumns, "(TIMESTAMP '2026-01-01', 0, 0, 'a', 0, 'x', 0)")
afterAll(() => engine.close())
const rowsInFileOrder = { sql: name, file: 'file_name', position: 'position' }

async function fill(readings: readonly ProbeReading[]) {
  await engine.execute(`DELETE FROM ${name}`)
  if (readings.length > 0) await engine.execute(`INSERT INTO ${name} VALUES ${probeValues(readings)}`)
}

test('SQL and the letter of the checks find the same in any readings', async () => {
  const found = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(probeReadings, probeOptions, async (readings, options) => {
      await fill(readings)
      const expected = expectedQuality(readings, options)
      const all = { ...options, columns: ['value', 'steps'] as const, rowsInFileOrder }
      expect(await rowsOf(engine, qualityFindings(probe, all))).toEqual(expected.findings)
      expect(await rowsOf(engine, qualityCounts(probe, all))).toEqual(expected.counts)
      for (const { check } of expected.findings as { check: string }[])
        found.set(check, (found.get(check) ?? 0) + 1)
    }),
    { numRuns: Number(process.env.QUALITY_RUNS ?? 40) },
  )
  // Readings without findings would match anything.
  expect([...found.values()].every((times) => times > 30) && found.size).toBe(7)
})
