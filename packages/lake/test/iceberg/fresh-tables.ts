import { freeSql } from '@minilake/analytics'
import { hiveSchema, icebergTable } from '@minilake/catalog'
import type { Table } from '@minilake/schema'
import type { LakeBackend } from '../../src/lake-backend.js'
import { emptyLake, engineOf, stackBackend, type TestStack } from '../running-stack.js'

/** An empty lake on the running stack with these Iceberg tables. Removes Iceberg tables of other tests. */
export async function freshTables(tables: readonly Table[], stack: TestStack): Promise<LakeBackend> {
  const engine = engineOf(stack)
  const left = freeSql(
    "SELECT table_name FROM iceberg.information_schema.tables WHERE table_schema = 'iot_dw'",
  )
  for await (const row of engine.query(left))
    await engine.execute(`DROP TABLE IF EXISTS iceberg.iot_dw."${String(Object.values(row)[0])}"`)
  await emptyLake(stack)
  await engine.execute(hiveSchema())
  for (const table of tables) await engine.execute(icebergTable(table))
  await engine.close()
  return stackBackend(tables, stack)
}
