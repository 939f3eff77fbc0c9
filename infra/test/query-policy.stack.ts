import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, pid } from 'node:process'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { readStackConfig } from '../src/index.js'
import { runProgram } from '../src/run-program.js'

// Uses Trino of the running stack, with schemas and prefixes that only this run uses.
const stack = inject('stack')
const config = await readStackConfig({ envFile: stack.envFile, environment: {} })
const bucket = 's3://iot-time-series'
const prefix = `rights-${pid}`
const [own, theirs] = [`hive.rights_own_${pid}`, `hive.rights_theirs_${pid}`]

let folder: string
const runMc = (...args: string[]) => {
  const { administrator, ports, versions } = config
  const MC_HOST_lake = `http://${administrator.user}:${administrator.password}@127.0.0.1:${ports.minio}`
  const mc = join(stack.folder, 'programs', `mc-${versions.mc}`, 'mc')
  return runProgram(mc, args, { env: { ...env, MC_CONFIG_DIR: join(folder, 'mc'), MC_HOST_lake } })
}
const keysBelow = async (place: string) =>
  (await runMc('ls', '--recursive', '--json', `lake/iot-time-series/${place}`))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { key: string; size: number })
    .filter(({ size }) => size > 0)

/** Runs a statement to its end and returns its rows. Rejects with Trino's error message. */
async function trino(sql: string, user = 'minilake'): Promise<unknown[][]> {
  interface Page {
    nextUri?: string
    data?: unknown[][]
    error?: { message: string }
  }
  const rows: unknown[][] = []
  const address = `http://127.0.0.1:${config.ports.trino}/v1/statement`
  let response = await fetch(address, { method: 'POST', body: sql, headers: { 'X-Trino-User': user } })
  for (;;) {
    const { data = [], error, nextUri } = (await response.json()) as Page
    rows.push(...data)
    if (error) throw new Error(error.message)
    if (nextUri === undefined) return rows
    response = await fetch(nextUri)
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minilake-rights-'))
  await trino(`CREATE SCHEMA ${own} WITH (location = '${bucket}/iot_dw/')`)
  await trino(`CREATE TABLE ${own}.managed_${pid} AS SELECT * FROM (VALUES 1, 2, 3) t (x)`)
  // To Trino, this looks like files that the ingest user has published.
  await runMc(
    'cp',
    '--recursive',
    `lake/iot-time-series/iot_dw/managed_${pid}/`,
    `lake/iot-time-series/${prefix}/`,
  )
  await trino(`CREATE TABLE ${own}.published (x INTEGER) WITH (external_location = '${bucket}/${prefix}/')`)
}, 120_000)

afterAll(async () => {
  await trino(`DROP SCHEMA IF EXISTS ${own} CASCADE`)
  await trino(`DROP SCHEMA IF EXISTS ${theirs} CASCADE`)
  for (const place of [`${prefix}/`, `iot_dw/managed_${pid}/`])
    await runMc('rm', '--recursive', '--force', `lake/iot-time-series/${place}`)
  await rm(folder, { recursive: true })
}, 120_000)

test(
  'statements can read published files, but neither add nor remove any',
  { timeout: 120_000 },
  async () => {
    const files = await keysBelow(`${prefix}/`)
    expect(files.length).toBeGreaterThan(0)
    expect(await trino(`SELECT sum(x) FROM ${own}.published`)).toEqual([[6]])

    await expect(trino(`INSERT INTO ${own}.published VALUES 4`)).rejects.toThrow('Error committing write')
    expect(await keysBelow(`${prefix}/`)).toEqual(files)
    await trino(`DROP TABLE ${own}.published`)
    expect(await keysBelow(`${prefix}/`)).toEqual(files)
  },
)

test('a schema located at published files gives no write access to them', { timeout: 120_000 }, async () => {
  const files = await keysBelow(`${prefix}/`)
  await trino(`CREATE SCHEMA ${theirs} WITH (location = '${bucket}/${prefix}/')`)
  await expect(trino(`CREATE TABLE ${theirs}.made AS SELECT 1 AS x`)).rejects.toThrow(
    'Error committing write',
  )
  const iceberg = theirs.replace('hive', 'iceberg')
  await expect(
    trino(`CREATE TABLE ${iceberg}.made (x INTEGER) WITH (location = '${bucket}/${prefix}/made')`),
  ).rejects.toThrow('Failed to')
  await trino(`DROP SCHEMA ${theirs} CASCADE`)
  expect(await keysBelow(`${prefix}/`)).toEqual(files)
})

test('can create an external table over a prefix without files', async () => {
  await trino(
    `CREATE TABLE ${own}.empty (x INTEGER) WITH (external_location = '${bucket}/${prefix}/none-yet/')`,
  )
  expect(await trino(`SELECT count(*) FROM ${own}.empty`)).toEqual([[0]])
  await trino(`DROP TABLE ${own}.empty`)
})

test(
  "can write, change and drop Trino's own tables, including their files",
  { timeout: 120_000 },
  async () => {
    const managed = `${own}.managed_${pid}`
    await trino(`INSERT INTO ${managed} VALUES 4`)
    expect(await trino(`SELECT sum(x) FROM ${managed}`)).toEqual([[10]])
    await trino(`DROP TABLE ${managed}`)
    expect(await keysBelow(`iot_dw/managed_${pid}/`)).toEqual([])

    const iceberg = `${own.replace('hive', 'iceberg')}.changed_${pid}`
    await trino(`CREATE TABLE ${iceberg} AS SELECT * FROM (VALUES 1, 2) t (x)`)
    await trino(`DELETE FROM ${iceberg} WHERE x = 1`)
    expect(await trino(`SELECT x FROM ${iceberg}`)).toEqual([[2]])
    await trino(`DROP TABLE ${iceberg}`)
  },
)

test('a schema without a location stores its tables in the same area', { timeout: 60_000 }, async () => {
  const schema = `rights_plain_${pid}`
  await trino(`CREATE SCHEMA hive.${schema}`)
  try {
    await trino(`CREATE TABLE hive.${schema}.made AS SELECT 1 AS x`)
    expect((await keysBelow(`iot_dw/_warehouse/${schema}.db/made/`)).length).toBeGreaterThan(0)
    expect(await trino(`SELECT x FROM hive.${schema}.made`)).toEqual([[1]])
  } finally {
    await trino(`DROP SCHEMA hive.${schema} CASCADE`)
  }
  expect(await keysBelow(`iot_dw/_warehouse/${schema}.db/`)).toEqual([])
})
