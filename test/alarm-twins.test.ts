import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alarmEpisodes, alarmMonitor, type Episode } from '@minilake/analytics'
import { duckDbEngine } from '@minilake/analytics/duckdb'
import { scenarios, simulate } from '@minilake/generator'
import { encodeParquet } from '@minilake/parquet'
import { pump, quoteLiteral } from '@minilake/schema'
import { expect, test } from 'vitest'

const shown = ({ start, end, peak }: Pick<Episode, 'start' | 'end' | 'peak'>) => ({
  start: start.toISOString(),
  end: end?.toISOString() ?? null,
  peak,
})

test.each(Object.values(scenarios))(
  'the alarms of scenario $name are the same in the truth, in SQL and in a stream of its readings',
  async (scenario) => {
    const options = { from: '2026-01-01', days: 1, intervalSeconds: 5, scenario }
    const [file] = simulate(pump, options)
    const bytes = Buffer.concat([...encodeParquet(pump, file!.batches)])
    const { episodes, rows } = file!.truth().alarms.pressure!

    const readings: { event_timestamp: Date; pressure: number }[] = []
    const [sameFile] = simulate(pump, options)
    for (const { rowCount, columns } of sameFile!.batches) {
      for (let row = 0; row < rowCount; row++) {
        const event_timestamp = new Date(Number(columns.event_timestamp[row]! / 1000n))
        readings.push({ event_timestamp, pressure: columns.pressure[row]! })
      }
    }
    readings.sort((a, b) => a.event_timestamp.getTime() - b.event_timestamp.getTime())
    const monitor = alarmMonitor(pump)
    const events = [...readings.flatMap((reading) => monitor.add(reading)), ...monitor.settle()]
    const streamed = events.filter(({ type }) => type === 'cleared').map(({ episode }) => episode)
    expect([...streamed, ...monitor.open()].map(shown)).toEqual(episodes)
    expect(monitor.late).toBe(0)
    if (scenario.name !== 'healthy') expect(rows).toBeGreaterThan(0)

    const folder = await mkdtemp(join(tmpdir(), 'minilake-alarms-'))
    const path = join(folder, 'day.parquet')
    await writeFile(path, bytes)
    const engine = duckDbEngine({
      setup: [
        `ATTACH ':memory:' AS hive`,
        'CREATE SCHEMA hive.iot_dw',
        `CREATE VIEW hive.iot_dw.pump AS SELECT * FROM read_parquet(${quoteLiteral(path)})`,
      ],
    })
    try {
      const found: Episode[] = []
      for await (const episode of engine.query(alarmEpisodes(pump))) found.push(episode)
      expect(found.map(shown)).toEqual(episodes)
      expect(found).toEqual([...streamed, ...monitor.open()])
    } finally {
      await engine.close()
      await rm(folder, { recursive: true })
    }
  },
)
