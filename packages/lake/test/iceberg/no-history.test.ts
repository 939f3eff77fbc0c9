import { freeSql, tableSummary } from '@minilake/analytics'
import { defineTable } from '@minilake/schema'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { usesOf } from '../../src/iceberg/until-ended.js'
import { openLake } from '../../src/index.js'
import { turbine } from '../turbine.js'

const iceberg = defineTable({ ...turbine, format: 'iceberg' })

test('an embedded lake has no history, and says so in one sentence', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'minilake-history-'))
  const lake = await openLake({ tables: [iceberg], cwd })
  const sentence = 'table turbine keeps no snapshots in the embedded profile'
  await expect(lake.snapshots(iceberg)).rejects.toThrow(sentence)
  await expect(lake.rollback(iceberg, { snapshot: '1' })).rejects.toThrow(sentence)
  await expect(lake.maintain(iceberg)).rejects.toThrow(sentence)
  await expect(lake.convert(iceberg)).rejects.toThrow(
    'table turbine is a table of files in the embedded profile',
  )
  const query = tableSummary(iceberg)
  expect(() => lake.query(query, { tables: [iceberg], at: new Date() })).toThrow(sentence)
  expect(() => lake.query(query, { at: new Date(), snapshot: '1' })).toThrow(
    'expected `at` or `snapshot`, got both',
  )
  expect(() => lake.query(query, { snapshot: 'x' })).toThrow('expected the digits of an ID as `snapshot`')
  expect(() => lake.query(freeSql('SELECT 1').sql as string, { snapshot: '1' })).toThrow(
    'query expected a built-in query with `at` or `snapshot`',
  )
  await lake.close()
  await rm(cwd, { recursive: true, force: true })
})

test.each([
  ['MERGE INTO "iceberg"."iot_dw"."turbine" t USING x', ['changes', 'reads']],
  ['ALTER TABLE iceberg.iot_dw.turbine EXECUTE optimize', ['changes', 'reads']],
  ['-- nightly\n/* of the -- team\n */ MERGE INTO iceberg.iot_dw.turbine t USING x', ['changes', 'reads']],
  ["CALL iceberg.system.rollback_to_snapshot('iot_dw', 'turbine', 1)", ['changes', 'reads']],
  ['SELECT * FROM hive.iot_dw.turbine', ['reads']],
  ['--1\n(SELECT * FROM hive.iot_dw.turbine) LIMIT 1', ['reads']],
  ["/**/ SELECT '*/' FROM hive.iot_dw.turbine", ['reads']],
  ['TABLE hive.iot_dw.turbine', ['reads']],
  ['SHOW CREATE TABLE hive.iot_dw.turbine', []],
  ['SELECT * FROM hive.iot_dw."turbine$files"', []],
  ['SELECT * FROM hive.iot_dw.turbine_old', []],
  ["SELECT query FROM system.runtime.queries WHERE strpos(query, 'turbine') > 0", []],
])('%s: %j', (sql, uses) => {
  expect(usesOf(turbine, sql)).toEqual(uses)
})
