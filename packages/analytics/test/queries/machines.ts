import { defineTable, type Table } from '@minilake/schema'
import { duckDbEngine } from '../../src/duckdb/duckdb-engine.js'
import { type Query, type SqlEngine } from '../../src/index.js'
import { takeAll } from '../take-all.js'

/** A table with a numeric column of every type, and a nullable one. */
export const machine = defineTable({
  name: 'machine',
  columns: {
    time: { type: 'timestamp' },
    power: { type: 'double', highLimit: 150 },
    load: { type: 'real', nullable: true },
    starts: { type: 'bigint' },
    mode: { type: 'integer' },
    plant: { type: 'varchar' },
    running: { type: 'boolean' },
  },
})

/** A DuckDB engine with a table of the lake, filled with the values of an SQL text. */
export function engineWith(table: Table, columns: string, values: string): SqlEngine {
  return duckDbEngine({
    setup: [
      `ATTACH ':memory:' AS hive`,
      'CREATE SCHEMA hive.iot_dw',
      `CREATE TABLE hive.iot_dw.${table.name} (${columns})`,
      `INSERT INTO hive.iot_dw.${table.name} VALUES ${values}`,
    ],
  })
}

/** All rows of a query. */
export function rowsOf<R>(engine: SqlEngine, query: Query<R>): Promise<R[]> {
  return takeAll(engine.query(query))
}
