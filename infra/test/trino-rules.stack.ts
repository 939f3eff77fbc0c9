import { pid } from 'node:process'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { readStackConfig } from '../src/index.js'

// Trino's two users by trino/rules.json, in schemas that only this run uses.
const { ports } = await readStackConfig({ envFile: inject('stack').envFile, environment: {} })
const place = 's3://iot-time-series'
const [hive, iceberg] = [`hive.rules_${pid}`, `iceberg.rules_${pid}`]

type User = 'minilake' | 'minilake-query' | 'somebody'

/** Runs a statement to its end and returns its rows. Rejects with Trino's error message. */
async function trino(user: User, sql: string): Promise<unknown[][]> {
  interface Page {
    nextUri?: string
    data?: unknown[][]
    error?: { message: string }
  }
  const rows: unknown[][] = []
  const headers = { 'X-Trino-User': user }
  const address = `http://127.0.0.1:${ports.trino}/v1/statement`
  let response = await fetch(address, { method: 'POST', body: sql, headers })
  for (;;) {
    const { data = [], error, nextUri } = (await response.json()) as Page
    rows.push(...data)
    if (error) throw new Error(error.message)
    if (nextUri === undefined) return rows
    response = await fetch(nextUri, { headers })
  }
}

beforeAll(async () => {
  const as = (sql: string) => trino('minilake', sql)
  await as(`CREATE SCHEMA ${hive} WITH (location = '${place}/iot_dw/rules_${pid}/')`)
  const days = `(VALUES (1, 'a'), (2, 'b')) t (x, day)`
  await as(`CREATE TABLE ${hive}.days WITH (partitioned_by = ARRAY['day']) AS SELECT * FROM ${days}`)
  await as(`CREATE TABLE ${iceberg}.versions AS SELECT 1 AS x`)
}, 300_000)

afterAll(async () => {
  await trino('minilake', `DROP TABLE IF EXISTS ${hive}.days`)
  await trino('minilake', `DROP SCHEMA IF EXISTS ${iceberg} CASCADE`)
}, 120_000)

describe('the user that reads', () => {
  test('sees and reads tables of both catalogs', { timeout: 180_000 }, async () => {
    const as = (sql: string) => trino('minilake-query', sql)
    expect(await as(`SELECT sum(x) FROM ${hive}.days`)).toEqual([[3]])
    expect(await as(`SELECT day FROM ${hive}."days$partitions" ORDER BY day`)).toEqual([['a'], ['b']])
    expect(await as(`SELECT x FROM ${iceberg}.versions`)).toEqual([[1]])
    expect(await as(`SELECT count(*) FROM ${iceberg}."versions$snapshots"`)).toEqual([[1]])
    expect(await as('SHOW CATALOGS')).toEqual([['hive'], ['iceberg'], ['system']])
    expect(await as(`SHOW SCHEMAS FROM hive LIKE 'rules_${pid}'`)).toEqual([[`rules_${pid}`]])
    expect((await as(`SHOW TABLES FROM ${hive}`)).flat()).toContain('days')
    expect((await as(`DESCRIBE ${hive}.days`)).map(([column]) => column)).toEqual(['x', 'day'])
    expect(await as(`SELECT x + n FROM ${iceberg}.versions, TABLE(sequence(1, 1)) s (n)`)).toEqual([[2]])
  })

  test.each([
    `CREATE SCHEMA hive.theirs_${pid}`,
    `DROP SCHEMA ${hive} CASCADE`,
    `SHOW CREATE TABLE ${hive}.days`,
    `CREATE TABLE ${hive}.theirs (x INTEGER) WITH (external_location = '${place}/pump/')`,
    `CREATE TABLE ${hive}.theirs AS SELECT 1 AS x`,
    `CREATE TABLE ${iceberg}.theirs AS SELECT 1 AS x`,
    `CREATE VIEW ${hive}.theirs AS SELECT 1 AS x`,
    `DROP TABLE ${hive}.days`,
    `ALTER TABLE ${hive}.days RENAME TO ${hive}.theirs`,
    `ALTER TABLE ${hive}.days ADD COLUMN y INTEGER`,
    `COMMENT ON TABLE ${hive}.days IS 'theirs'`,
    `INSERT INTO ${hive}.days VALUES (3, 'c')`,
    `DELETE FROM ${hive}.days WHERE day = 'a'`,
    `UPDATE ${iceberg}.versions SET x = 2`,
    `TRUNCATE TABLE ${iceberg}.versions`,
    `MERGE INTO ${iceberg}.versions t USING (VALUES 1) s (x) ON t.x = s.x WHEN MATCHED THEN DELETE`,
    `CALL hive.system.sync_partition_metadata('rules_${pid}', 'days', 'FULL')`,
    `CALL iceberg.system.unregister_table('rules_${pid}', 'versions')`,
    `CALL system.runtime.kill_query(query_id => '20260101_000000_00000_aaaaa', message => 'theirs')`,
  ])('cannot %s', { timeout: 60_000 }, async (sql) => {
    await expect(trino('minilake-query', sql)).rejects.toThrow('Access Denied')
  })

  test('has changed nothing', { timeout: 120_000 }, async () => {
    expect(await trino('minilake-query', `SELECT sum(x), count(*) FROM ${hive}.days`)).toEqual([[3, 2]])
    expect(await trino('minilake-query', `SELECT x FROM ${iceberg}.versions`)).toEqual([[1]])
  })
})

test('the user that creates tables may do all of that, in both catalogs', { timeout: 300_000 }, async () => {
  const as = (sql: string) => trino('minilake', sql)
  await as(`CREATE TABLE ${hive}.ours (x INTEGER) WITH (external_location = '${place}/pump/')`)
  await as(`ALTER TABLE ${hive}.ours ADD COLUMN y INTEGER`)
  await as(`COMMENT ON TABLE ${hive}.ours IS 'ours'`)
  await as(`DROP TABLE ${hive}.ours`)
  await as(`INSERT INTO ${hive}.days VALUES (3, 'c')`)
  await as(`CALL hive.system.sync_partition_metadata('rules_${pid}', 'days', 'FULL')`)
  await as(`UPDATE ${iceberg}.versions SET x = 2`)
  await as(`ALTER TABLE ${iceberg}.versions EXECUTE optimize`)
  await as(
    `MERGE INTO ${iceberg}.versions t USING (VALUES 2) s (x) ON t.x = s.x WHEN MATCHED THEN UPDATE SET x = 3`,
  )
  expect(await as(`SELECT x FROM ${iceberg}.versions`)).toEqual([[3]])
  await as(`CALL iceberg.system.unregister_table('rules_${pid}', 'versions')`)
})

test(
  'Iceberg tables are read and changed under their names in the catalog hive',
  { timeout: 120_000 },
  async () => {
    await trino('minilake', `CREATE TABLE ${iceberg}.redirected AS SELECT 1 AS x`)
    expect(await trino('minilake-query', `SELECT x FROM ${hive}.redirected`)).toEqual([[1]])
    expect(await trino('minilake-query', `SELECT count(*) FROM ${hive}."redirected$snapshots"`)).toEqual([
      [1],
    ])
    await expect(trino('minilake-query', `DELETE FROM ${hive}.redirected`)).rejects.toThrow('Access Denied')
    await trino('minilake', `DELETE FROM ${hive}.redirected`)
    expect(await trino('minilake-query', `SELECT x FROM ${iceberg}.redirected`)).toEqual([])
  },
)

test(
  'one statement may write far more than 100 days into an Iceberg table',
  { timeout: 180_000 },
  async () => {
    const days = `SELECT TIMESTAMP '2025-01-01 00:00:00' + day * INTERVAL '1' DAY AS t FROM UNNEST(sequence(1, 400)) s (day)`
    await trino(
      'minilake',
      `CREATE TABLE ${iceberg}.days_apart (t timestamp(6)) WITH (partitioning = ARRAY['day(t)'])`,
    )
    await trino(
      'minilake',
      `MERGE INTO ${iceberg}.days_apart t USING (${days}) s ON t.t = s.t WHEN NOT MATCHED THEN INSERT VALUES (s.t)`,
    )
    expect(await trino('minilake-query', `SELECT count(*) FROM ${hive}.days_apart`)).toEqual([[400]])
  },
)

test('refuses other users', { timeout: 60_000 }, async () => {
  for (const sql of [
    'SELECT 1',
    'SHOW CATALOGS',
    `SELECT * FROM ${hive}.days`,
    'SELECT * FROM system.runtime.queries',
  ])
    await expect(trino('somebody', sql)).rejects.toThrow('Access Denied')
})

test(
  'the user that reads sees only its own queries, the one that creates tables sees all',
  { timeout: 60_000 },
  async () => {
    const marker = `rules ${pid}`
    const asked = `SELECT count(*) FROM system.runtime.queries WHERE query LIKE '%${marker}%' AND "user" = '`
    await trino('minilake', `SELECT /* ${marker} */ 1`)
    expect(await trino('minilake-query', `${asked}minilake'`)).toEqual([[0]])
    expect(await trino('minilake-query', `${asked}minilake-query'`)).not.toEqual([[0]])
    expect(await trino('minilake', `${asked}minilake-query'`)).not.toEqual([[0]])
  },
)
