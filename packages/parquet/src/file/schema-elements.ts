import { type Column, type ColumnType, columnsOf, type Table } from '@minilake/schema'
import type { SchemaElement } from 'hyparquet'

// TIMESTAMP(MICROS, isAdjustedToUTC=false) is a wall clock without a time zone, which is what Hive's, Trino's and DuckDB's TIMESTAMP
// mean. The converted type TIMESTAMP_MICROS is left out because it says the opposite, adjusted to UTC (Parquet's LogicalTypes.md,
// "Deprecated timestamp ConvertedType").
const elements: Record<ColumnType, Omit<SchemaElement, 'name' | 'repetition_type'>> = {
  timestamp: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' } },
  date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  double: { type: 'DOUBLE' },
  real: { type: 'FLOAT' },
  bigint: { type: 'INT64' },
  integer: { type: 'INT32' },
  boolean: { type: 'BOOLEAN' },
  varchar: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
}

/** A table as a Parquet schema: the root, then an element per column. */
export function schemaElements(table: Table): [root: SchemaElement, ...columns: SchemaElement[]] {
  const columns = columnsOf(table)
  return [
    { name: table.name, num_children: columns.length },
    ...columns.map(([name, column]) => columnElement(name, column)),
  ]
}

/** The schema element of a column: REQUIRED, or OPTIONAL when the column is nullable. */
export function columnElement(name: string, { type, nullable }: Column): SchemaElement {
  return { name, repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED', ...elements[type] }
}

/** A column's Parquet type in the terms of the Parquet documents: `INT64 TIMESTAMP(MICROS,false)`. */
export function describeElement({ type, logical_type, converted_type }: SchemaElement): string {
  const logical =
    logical_type?.type === 'TIMESTAMP' || logical_type?.type === 'TIME'
      ? `${logical_type.type}(${logical_type.unit},${logical_type.isAdjustedToUTC})`
      : (logical_type?.type ?? (converted_type === 'UTF8' ? 'STRING' : converted_type))
  return logical === undefined ? String(type) : `${type} ${logical}`
}
