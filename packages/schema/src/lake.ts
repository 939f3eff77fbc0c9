import { qualifiedName } from './sql-text.js'
import type { Table } from './table.js'

/** The catalog (a database in DuckDB), the schema and the bucket in which a lake's tables lie, the same in every engine. */
export const lakeNames = { catalog: 'hive', schema: 'iot_dw', bucket: 'iot-time-series' } as const

/** A lake: its tables. */
export interface Lake {
  readonly tables: readonly Table[]
}

/** Checks that no two tables of a lake share a name and returns it as it is, its literal types kept. */
export function defineLake<const L extends Lake>(lake: L): L {
  const names = new Set<string>()
  for (const { name } of lake.tables) {
    if (names.has(name)) throw new TypeError(`lake expected tables of different names, got ${name} twice`)
    names.add(name)
  }
  return lake
}

/** A table's full name in SQL, quoted: `"hive"."iot_dw"."pump"`. */
export function sqlTableName(table: Table): string {
  return qualifiedName(lakeNames.catalog, lakeNames.schema, table.name)
}
