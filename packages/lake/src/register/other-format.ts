import type { Table } from '@minilake/schema'
import { nameOf } from './check-places.js'

/** Says that a registered table is in the other format than its definition, with the way out; undefined if not. */
export function otherFormat(table: Table, isIceberg: boolean): string | undefined {
  if (isIceberg === (table.format === 'iceberg')) return undefined
  const subject = `table ${nameOf(table)} expected the format`
  return isIceberg
    ? `${subject} 'hive', got an Iceberg table: set format: 'iceberg' in its definition, or give the new table another name`
    : `${subject} 'iceberg', got a Hive table: minilake convert --table ${table.name} makes it an Iceberg table; or remove the format from its definition to use its files as they are`
}
