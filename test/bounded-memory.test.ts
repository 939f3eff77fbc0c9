import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { RewriteReport, WriteReport } from '@minilake/lake'
import { duckDbEngine } from '@minilake/analytics/duckdb'
import { defineTable, quoteLiteral, type Table } from '@minilake/schema'
import { expect, onTestFinished, test } from 'vitest'

const values = Array.from({ length: 12 }, (_, index) => `value_${index}`)
const machine: Table = defineTable({
  name: 'machine',
  columns: columnsOf(values),
  partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
  sortedBy: ['event_timestamp'],
  key: ['event_timestamp'],
})
const renamed: Table = { ...machine, columns: columnsOf(['load', ...values.slice(1)]) }
/** Twice as much as is sorted in memory. */
const fewRows = 600_000

function columnsOf(names: readonly string[]): Table['columns'] {
  return {
    event_timestamp: { type: 'timestamp' },
    ...Object.fromEntries(names.map((name) => [name, { type: 'double' }])),
  }
}

/** Writes a data file with rows of one day, 20 ms apart, faster than the lake does. */
async function writeDay(path: string, rowCount: number): Promise<void> {
  const columns = values.map((name, index) => `(i * 7919 % 10007 + ${index})::DOUBLE AS ${name}`)
  const engine = duckDbEngine()
  await engine.execute(
    `COPY (SELECT TIMESTAMP '2026-01-05' + to_milliseconds(i * 20) AS event_timestamp, ${columns.join()} FROM range(${rowCount}) r(i)) TO ${quoteLiteral(path)} (FORMAT parquet)`,
  )
  await engine.close()
}

/** Makes a call on the built library in a process of its own. */
async function call<R>(
  method: 'write' | 'rewrite',
  table: Table,
  { cwd, args }: { cwd: string; args: readonly unknown[] },
): Promise<{ report: R; peakBytes: number }> {
  const child = fork(resolve('test/bounded-memory-child.mjs'), {
    serialization: 'advanced',
    execArgv: [], // not those of the test runner
  })
  const options = { tables: [table], cwd, env: {}, profiles: { embedded: { threads: 2 } } }
  child.send({ options, method, args: [table, ...args] })
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${method} failed`))),
  ])) as [{ report: R; peakBytes: number }]
  return message
}

/** The most memory that a merge of one row into a day takes, and a rewrite of the table after it. */
async function peaksOf(rowCount: number): Promise<Record<'merge' | 'rewrite', number>> {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), 'minilake-memory-')))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const folder = join(cwd, 'lake/iot-time-series/machine/event_date=2026-01-05')
  await mkdir(folder, { recursive: true })
  await writeDay(join(folder, 'readings.parquet'), rowCount)
  const row = Object.fromEntries(values.map((name) => [name, -1]))
  const rows = [{ event_timestamp: new Date('2026-01-05T00:00:01Z'), ...row }]
  const merge = await call<WriteReport>('write', machine, { cwd, args: [rows, { mode: 'merge' }] })
  expect(merge.report.merged).toMatchObject({ replaced: 1 })
  const rewrite = await call<RewriteReport>('rewrite', renamed, {
    cwd,
    args: [{ map: { value_0: 'load' }, rewrite: true }],
  })
  expect(rewrite.report).toMatchObject({ isRewritten: true, rows: rowCount })
  return { merge: merge.peakBytes, rewrite: rewrite.peakBytes }
}

test(
  'merge and rewrite take as much memory for a day with four times as many rows',
  { timeout: 180_000 },
  async () => {
    const few = await peaksOf(fewRows)
    const many = await peaksOf(4 * fewRows)
    expect(many.merge).toBeLessThan(1.3 * few.merge)
    expect(many.rewrite).toBeLessThan(1.3 * few.rewrite)
  },
)
