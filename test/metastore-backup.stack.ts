import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { freeSql } from '@minilake/analytics'
import { nativeStack, readStackConfig } from '@minilake/infra'
import { type Lake, openLake } from '@minilake/lake'
import { defineTable } from '@minilake/schema'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { emptyLake, stackOptions } from '../packages/lake/test/running-stack.js'

// The commands of docs/operations.md: the database of the metastore is dumped, lost and restored, and lost without a dump.

const stack = inject('stack')
const config = await readStackConfig({ envFile: stack.envFile, environment: {} })
const servers = nativeStack({ config, folder: stack.folder, environment: process.env })
const columns = { event_timestamp: { type: 'timestamp' }, power: { type: 'double' } } as const
const partitions = { event_date: { from: 'event_timestamp', by: 'day' } } as const
const turbine = defineTable({ name: 'turbine', columns, partitions })
const boiler = defineTable({ name: 'boiler', columns, partitions, format: 'iceberg' })
const tables = [turbine, boiler]

let cwd: string
let lake: Lake
let programs: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'minilake-backup-'))
  const versions = await readdir('/usr/lib/postgresql').catch(() => [])
  programs = versions.map((version) => `/usr/lib/postgresql/${version}/bin`).join(delimiter)
  await emptyLake(stack)
  lake = await openLake({ ...stackOptions(stack), tables, cwd })
  for (const table of tables) {
    await lake.write(table, rowsOf(5))
    await lake.write(table, rowsOf(6))
  }
})
afterAll(async () => {
  await lake.close()
  await servers.up({ onStep: () => {}, signal: AbortSignal.timeout(240_000) })
  await emptyLake(stack)
  await rm(cwd, { recursive: true })
}, 300_000)

const rowsOf = (day: number) =>
  [1, 2].map((power) => ({ event_timestamp: new Date(Date.UTC(2026, 0, day, power)), power }))

/** Runs a program of PostgreSQL on the metastore's database server. */
async function postgres(program: string, ...args: string[]): Promise<void> {
  const server = ['-h', '127.0.0.1', '-p', String(config.ports.postgres), '-U', 'metastore']
  const PATH = [programs, process.env['PATH']].join(delimiter)
  const env = { ...process.env, PATH, PGPASSWORD: config.databasePassword }
  await promisify(execFile)(program, [...server, ...args], { env })
}

/** Ends the metastore, and drops its database. */
async function loseDatabase(): Promise<void> {
  const { pid } = JSON.parse(await readFile(join(stack.folder, 'run', 'metastore.json'), 'utf8')) as {
    pid: number
  }
  process.kill(pid, 'SIGKILL')
  await postgres('dropdb', '--force', 'metastore')
}

const up = () => servers.up({ onStep: () => {}, signal: AbortSignal.timeout(240_000) })

async function answers(): Promise<unknown[]> {
  const found: unknown[] = []
  for (const { name } of tables) {
    const sql = `SELECT CAST(date(event_timestamp) AS VARCHAR) AS day, sum(power) AS power
      FROM hive.iot_dw.${name} GROUP BY 1 ORDER BY 1`
    for await (const row of lake.query(freeSql(sql))) found.push({ name, ...row })
  }
  return found
}

const daysOf = (name: string, days: number[]) =>
  days.map((day) => ({ name, day: `2026-01-0${day}`, power: 3 }))

test('a dump brings back every table as it was; register and a new registration bring the rest', async () => {
  const dump = join(cwd, 'metastore.dump')
  const snapshots = await lake.snapshots(boiler)
  await postgres('pg_dump', '-Fc', '-f', dump, 'metastore')
  for (const table of tables) await lake.write(table, rowsOf(7))
  await loseDatabase()
  await expect(answers()).rejects.toThrow('the Hive Metastore does not answer Trino')
  await postgres('createdb', 'metastore')
  await postgres('pg_restore', '-d', 'metastore', dump)
  await up()
  expect(await answers()).toEqual([...daysOf('turbine', [5, 6]), ...daysOf('boiler', [5, 6])])
  expect(await lake.snapshots(boiler)).toEqual(snapshots)

  await lake.register()
  expect(await answers()).toEqual([...daysOf('turbine', [5, 6, 7]), ...daysOf('boiler', [5, 6])])
  await lake.drop(boiler, { remove: true })
  await lake.register()
  expect(await answers()).toEqual([...daysOf('turbine', [5, 6, 7]), ...daysOf('boiler', [5, 6, 7])])
}, 600_000)

test('without a dump, register brings back the tables of the definitions from what is in the bucket', async () => {
  const snapshots = await lake.snapshots(boiler)
  await loseDatabase()
  await up()
  await expect(answers()).rejects.toThrow()
  const { changes } = await lake.register()
  expect(changes).not.toEqual([])
  expect(await answers()).toEqual([...daysOf('turbine', [5, 6, 7]), ...daysOf('boiler', [5, 6, 7])])
  expect(await lake.snapshots(boiler)).toEqual(snapshots)
  expect((await lake.register()).changes).toEqual([])
}, 600_000)

test('a lock on an Iceberg table whose owner died goes, so that the table can be changed again', async () => {
  const sql = (text: string) => postgres('psql', '-d', 'metastore', '-v', 'ON_ERROR_STOP=1', '-c', text)
  const anHourAgo = Date.now() - 3_600_000
  await sql(
    `INSERT INTO hive_locks (hl_lock_ext_id, hl_lock_int_id, hl_txnid, hl_db, hl_table, hl_lock_state, hl_lock_type,
      hl_last_heartbeat, hl_user, hl_host) VALUES (1000000, 1, 0, 'iot_dw', 'boiler', 'a', 'e', ${anHourAgo}, 'minilake', 'gone')`,
  )
  await lake.write(boiler, rowsOf(8))
  expect(await answers()).toEqual([...daysOf('turbine', [5, 6, 7]), ...daysOf('boiler', [5, 6, 7, 8])])
}, 300_000)
