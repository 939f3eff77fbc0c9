import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alarmCount, freeSql, hourlyStatistics } from '@minilake/analytics'
import { duckDbEngine } from '@minilake/analytics/duckdb'
import { simulate } from '@minilake/generator'
import { checkFooter, createdBy, dataFiles, encodeParquet, readFooter } from '@minilake/parquet'
import { snappy } from '@minilake/parquet/snappy'
import { type Batch, pump, pumpDaily } from '@minilake/schema'
import { expect, test } from 'vitest'

const from = '2026-01-01'
const concat = (chunks: Iterable<Uint8Array>) => new Uint8Array(Buffer.concat([...chunks]))
async function takeAll<R>(rows: AsyncIterable<R>): Promise<R[]> {
  const taken: R[] = []
  for await (const row of rows) taken.push(row)
  return taken
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

// Whoever changes a hash here must raise the version in `createdBy` (packages/parquet/src/encode-parquet.ts): other bytes
// under the same name would make `ingest` report a conflict for every day that is already in somebody's lake.
test('the bytes of a simulated day are those that createdBy stands for', () => {
  const [day] = dataFiles(pump, simulate(pump, { from, days: 1 }))
  const [compressedDay] = dataFiles(pump, simulate(pump, { from, days: 1 }), { codec: snappy })
  const [fleetDay] = dataFiles(pumpDaily, simulate(pumpDaily, { from, days: 1, intervalSeconds: 60 }))
  expect({
    createdBy,
    [day!.key]: sha256(concat(day!.bytes)),
    [`${compressedDay!.key}, as the CLI writes it`]: sha256(concat(compressedDay!.bytes)),
    [fleetDay!.key]: sha256(concat(fleetDay!.bytes)),
  }).toMatchInlineSnapshot(`
    {
      "createdBy": "minilake version 4.0.0 (build 1)",
      "pump/2026-01-01.parquet": "c1b9af4bc5bc88fe56f87be0db4ffa1c748a646b5f64dc32e205ced04a5adbe1",
      "pump/2026-01-01.parquet, as the CLI writes it": "03163154440bbc7bfd317a376409f82814eb8133e4829874b4c9f27b88553e8c",
      "pump_daily/event_date=2026-01-01/pump-0001.parquet": "77f652f7660e838533919b88239fc721f6ff0fa67f7d58d5c058706286531512",
    }
  `)
})

test('the footer of a simulated day says what its truth says', async () => {
  const [file] = simulate(pump, { from, days: 1, intervalSeconds: 10 })
  const bytes = concat(encodeParquet(pump, file!.batches))
  const { buffer } = bytes
  const footer = await readFooter({
    byteLength: buffer.byteLength,
    slice: (start, end) => buffer.slice(start, end),
  })
  const { rows, hours } = file!.truth()
  checkFooter(pump, footer)
  expect(footer.rowCount).toBe(rows)
  for (const name of ['pressure', 'velocity', 'speed']) {
    expect(footer.columns.find((column) => column.name === name)).toMatchObject({
      min: Math.min(...hours.map(({ columns }) => columns[name]!.min!)),
      max: Math.max(...hours.map(({ columns }) => columns[name]!.max!)),
      nullCount: 0,
    })
  }
})

/** Runs queries about Parquet files as table `pump` of the lake. */
async function withPumpFiles<R>(
  files: Iterable<Iterable<Uint8Array>>,
  use: (engine: ReturnType<typeof duckDbEngine>) => Promise<R>,
): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), 'minilake-simulated-'))
  let index = 0
  for (const chunks of files) await writeFile(join(folder, `${index++}.parquet`), concat(chunks))
  const glob = `${folder.replaceAll('\\', '/').replaceAll("'", "''")}/*.parquet`
  const engine = duckDbEngine({
    setup: [
      `ATTACH ':memory:' AS hive`,
      'CREATE SCHEMA hive.iot_dw',
      `CREATE VIEW hive.iot_dw.pump AS SELECT * FROM read_parquet('${glob}')`,
    ],
  })
  try {
    return await use(engine)
  } finally {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}

test('DuckDB gives the answers that the truth foretold', async () => {
  const files = [...simulate(pump, { from, days: 2, intervalSeconds: 5 })]
  const answers = await withPumpFiles(
    files.map(({ batches }) => encodeParquet(pump, batches)),
    (engine) => takeAll(engine.query(hourlyStatistics(pump))),
  )
  const hours = files.flatMap((file) => file.truth().hours)
  expect(answers).toHaveLength(48)
  for (const [index, answer] of answers.entries()) {
    const truth = hours[index]!
    expect(answer).toMatchObject({
      hour: new Date(truth.hour),
      rows: BigInt(truth.rows),
      first: new Date(truth.first),
      last: new Date(truth.last),
      above_pressure: BigInt(truth.alarmRows.pressure!),
    })
    for (const [name, { count, sum, min, max }] of Object.entries(truth.columns)) {
      expect(answer).toMatchObject({
        [`count_${name}`]: BigInt(count),
        [`min_${name}`]: min,
        [`max_${name}`]: max,
      })
      expect(Math.abs((answer[`sum_${name}`] as number) / sum - 1)).toBeLessThan(1e-9)
    }
  }
})

// Row groups are pruned by statistics, which leave NaN out: what DuckDB makes of NaN must not depend on how rows are grouped.
test('NaN is no alarm, whatever the row group it lies in', async () => {
  const pressures = [NaN, 100, 151, NaN, NaN, 150, 200, NaN, 90, NaN]
  const batch: Batch<typeof pump> = {
    rowCount: pressures.length,
    columns: {
      event_timestamp: BigInt64Array.from(pressures, (_, row) => BigInt(row) * 1_000_000n),
      pressure: Float64Array.from(pressures),
      velocity: new Float64Array(pressures.length),
      speed: new Float64Array(pressures.length),
    },
  }
  for (const rowGroupRows of [1, 2, 3, 10]) {
    const files = [encodeParquet(pump, [batch], { rowGroupRows })]
    const counts = await withPumpFiles(files, async (engine) => [
      await takeAll(engine.query(alarmCount(pump))),
      await takeAll(engine.query(freeSql('SELECT count(*) AS rows FROM hive.iot_dw.pump'))),
    ])
    expect(counts).toEqual([[{ rows: 2n }], [{ rows: 10n }]])
  }
})
