import { type ColumnType, columnsOf, type Table } from '@minilake/schema'
import type { SchemaElement } from 'hyparquet'

// TIMESTAMP(MICROS, isAdjustedToUTC=false): the wall clock without a zone, which is what Hive, Trino's TIMESTAMP and
// DuckDB's TIMESTAMP mean. The converted type TIMESTAMP_MICROS would say the opposite (adjusted to UTC), so it is left out
// (Parquet's LogicalTypes.md, "Deprecated timestamp ConvertedType").
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

/** A table as Parquet's schema: the root, then one REQUIRED (or, where nullable, OPTIONAL) element per column. */
export function schemaElements(table: Table): SchemaElement[] {
  const columns = columnsOf(table)
  return [
    { name: table.name, num_children: columns.length },
    ...columns.map(([name, { type, nullable }]) => ({
      name,
      repetition_type: nullable ? ('OPTIONAL' as const) : ('REQUIRED' as const),
      ...elements[type],
    })),
  ]
}

/** A column's Parquet type in the words of Parquet's own documents: `INT64 TIMESTAMP(MICROS,false)`. */
export function describeElement({ type, logical_type, converted_type }: SchemaElement): string {
  const logical =
    logical_type?.type === 'TIMESTAMP' || logical_type?.type === 'TIME'
      ? `${logical_type.type}(${logical_type.unit},${logical_type.isAdjustedToUTC})`
      : (logical_type?.type ?? (converted_type === 'UTF8' ? 'STRING' : converted_type))
  return logical === undefined ? String(type) : `${type} ${logical}`
}
