import { type Column, sqlTableName, type Table } from '@minilake/schema'
import { type Query, sqlText } from '../query.js'

/**
 * The same query, which reads an Iceberg table as it was at a snapshot, given by its ID in decimal digits. For Trino. Throws a RangeError for
 * anything else as an ID.
 */
export function asOfSnapshot<R, C extends Readonly<Record<string, Column>>>(
  query: Query<R, C>,
  table: Table,
  snapshot: string,
): Query<R, C> {
  if (!/^\d{1,19}$/.test(snapshot))
    throw new RangeError(`snapshot expected the digits of an ID, got ${JSON.stringify(snapshot)}`)
  const name = sqlTableName(table)
  // Texts in quotes come after the name, so that one that holds the name stays as it is.
  const parts = new RegExp(`${name.replaceAll('.', '\\.')}|'[^']*'|"[^"]*"`, 'g')
  const asOf = (part: string) => (part === name ? `${name} FOR VERSION AS OF ${snapshot}` : part)
  return { ...query, sql: (dialect) => sqlText(query, dialect).replace(parts, asOf) }
}
