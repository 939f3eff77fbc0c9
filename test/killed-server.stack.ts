import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kill } from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { nativeStack, readStackConfig } from '@minilake/infra'
import { freeSql } from '@minilake/analytics'
import { openLake } from '@minilake/lake'
import { defineTable, type Table } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { emptyLake, engineOf, stackOptions, storeOf } from '../packages/lake/test/running-stack.js'
import { callingProcess } from './rounds/calling-process.js'
import type { Call } from './rounds/step.js'

const stack = inject('stack')
const config = await readStackConfig({ envFile: stack.envFile, environment: {} })
const servers = nativeStack({ config, folder: stack.folder, environment: process.env })
const signal = new AbortController().signal
let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'minilake-killed-'))
  for (const power of [1, 2])
    for (const meter of ['a', 'b']) await writeFile(join(cwd, `${meter}${power}.csv`), readings(meter, power))
})
afterAll(() => rm(cwd, { recursive: true }))

/** Hourly readings of two days by a meter, as a file to import. */
function readings(meter: string, power: number): string {
  const lines = [5, 6].flatMap((day) =>
    Array.from({ length: 24 }, (_, hour) => {
      return `2026-01-0${day}T${String(hour).padStart(2, '0')}:00:00Z,${meter},${power}\n`
    }),
  )
  return `event_timestamp,meter_id,power\n${lines.join('')}`
}

const columns: Table['columns'] = {
  event_timestamp: { type: 'timestamp' },
  meter_id: { type: 'varchar' },
  power: { type: 'real' },
}

interface Change {
  method: Call['method']
  /** The arguments after the table. */
  args: readonly unknown[]
  /** The columns of the definition that the command has. Default: those of before. */
  columns?: Table['columns']
  /** Rows of each day, meter and power afterwards; undefined if there is no table. Before, the meters a and b have power 1. */
  after: string[] | undefined
}

const rowsOf = (meter: string, power: number, days = ['05', '06']) =>
  days.map((day) => `2026-01-${day} ${meter} ${power} 24`)

/** One command of each kind by the name of the table that it changes. `importId` is that of the readings of meter a. */
const changesOf = (importId: string): Readonly<Record<string, Change>> => ({
  overwritten: {
    ...{ method: 'import', args: [['b2.csv'], { mode: 'overwrite-partitions' }] },
    after: rowsOf('b', 2),
  },
  merged: {
    ...{ method: 'import', args: [['b2.csv'], { mode: 'merge' }] },
    after: [...rowsOf('a', 1), ...rowsOf('b', 2)],
  },
  without_rows: {
    ...{ method: 'remove', args: [{ where: "meter_id = 'a'", remove: true }] },
    after: rowsOf('b', 1),
  },
  without_days: {
    ...{ method: 'remove', args: [{ to: new Date('2026-01-07'), remove: true }] },
    after: [],
  },
  without_import: { method: 'remove', args: [{ import: importId, remove: true }], after: rowsOf('b', 1) },
  rewritten: {
    ...{ method: 'rewrite', args: [{ rewrite: true }] },
    columns: { ...columns, power: { type: 'double' } },
    after: [...rowsOf('a', 1), ...rowsOf('b', 1)],
  },
  dropped: { method: 'drop', args: [{ data: true, remove: true }], after: undefined },
})

/** What a command says when a part is dead: which one, and what to do. */
const sentences = {
  metastore: /the Hive Metastore does not answer Trino \(.+\): check that it and its database run/,
  minio:
    /nothing is listening at http:\S+: start the store, or correct the endpoint|S3 does not answer at http:\S+ \(.+\): start or restart it, or correct profiles\.stack\.endpoint/,
}

test.each(['metastore', 'minio'] as const)(
  '%s dies in the middle of changes of every kind: each command says so, and completes its change once it runs again',
  { timeout: 600_000 },
  async (part) => {
    await emptyLake(stack)
    const tables = Object.keys(changesOf('')).map((name) => tableOf(name, columns))
    const lake = await openLake({ ...stackOptions(stack), tables, cwd })
    let importId = ''
    for (const table of tables) {
      await lake.import(table, ['b1.csv'])
      ;({ importId } = await lake.import(table, ['a1.csv']))
    }
    await lake.close()

    const commands = Object.entries(changesOf(importId)).map(([name, change]) => {
      const table = tableOf(name, change.columns ?? columns)
      const child = callingProcess()
      onTestFinished(() => child.end())
      const call = { method: change.method, args: [table, ...change.args] }
      const run = (how: { resumeAfterSeconds?: number } = {}) =>
        child.call({ call: () => call }, { table, place: { folder: cwd, stack }, ...how })
      return { name, change, table, child, run }
    })
    const pid = await pidOf(part)
    // Once drop has begun to remove files, it does not need the metastore any more.
    const isLate = ({ name }: { name: string }) => part === 'metastore' && name === 'dropped'
    const early = commands
      .filter((command) => !isLate(command))
      .map(async ({ table, child, run }) => {
        let isOver = false
        const ending = run().finally(() => (isOver = true))
        ending.catch(() => {})
        while (!isOver && (await keysBelow(`_intents/${table.name}/`)).length === 0) await wait(20)
        child.stop()
        return { ending }
      })
    const stopped = await Promise.all(early)
    kill(pid, 'SIGKILL')
    for (const { child } of commands) child.wake()
    const late = commands.filter(isLate).map(({ run }) => run())
    for (const { is, message = '' } of await Promise.all([...stopped.map(({ ending }) => ending), ...late])) {
      expect([is, message]).toEqual(['failed', expect.stringMatching(sentences[part])])
      expect(message).not.toContain('\n')
      for (const { secretAccessKey } of [stack.credentials, stack.maintainer, stack.administrator])
        expect(message).not.toContain(secretAccessKey)
    }

    await servers.up({ onStep: () => {}, signal })
    const again = await Promise.all(commands.map(({ run }) => run({ resumeAfterSeconds: 1 })))
    expect(again.map(({ is, message }) => [is, message])).toEqual(
      commands.map(() => ['completed', undefined]),
    )
    for (const { table, change } of commands)
      expect([table.name, await content(table)]).toEqual([table.name, change.after])
    expect(await keysBelow('_intents/')).toEqual([])
    expect(await keysBelow('dropped/')).toEqual([])
  },
)

function tableOf(name: string, columns: Table['columns']): Table {
  const partitions = { event_date: { from: 'event_timestamp', by: 'day' } } as const
  return defineTable({ name, columns, partitions, key: ['meter_id', 'event_timestamp'] })
}

/** Rows of each day, meter and power, as Trino reads them; undefined if it knows no such table. */
async function content({ name }: Table): Promise<string[] | undefined> {
  const engine = engineOf(stack)
  const found: string[] = []
  const sql = freeSql(
    `SELECT event_date, meter_id, power, count(*) AS n FROM hive.iot_dw.${name} GROUP BY 1, 2, 3 ORDER BY 2, 1`,
  )
  try {
    for await (const row of engine.query(sql)) found.push(Object.values(row).map(String).join(' '))
    return found
  } catch (error) {
    if (String(error).includes('TABLE_NOT_FOUND')) return undefined
    throw error
  } finally {
    await engine.close()
  }
}

async function keysBelow(prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storeOf(stack).list(prefix)) keys.push(key)
  return keys
}

async function pidOf(part: string): Promise<number> {
  const status = (await servers.status()).find(({ name }) => name === part)
  return Number(/\d+/.exec(status?.detail ?? '')?.[0])
}
