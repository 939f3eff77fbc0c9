import { hiveSchema, icebergTable } from '@minilake/catalog'
import type { Table } from '@minilake/schema'
import type { LakeBackend } from '../../src/lake-backend.js'
import { emptyLake, engineOf, stackBackend, type TestStack } from '../running-stack.js'

/** An empty lake on the running stack with these Iceberg tables. */
export async function freshTables(tables: readonly Table[], stack: TestStack): Promise<LakeBackend> {
  await emptyLake(stack)
  const engine = engineOf(stack)
  await engine.execute(hiveSchema())
  for (const table of tables) await engine.execute(icebergTable(table))
  await engine.close()
  return stackBackend(tables, stack)
}
