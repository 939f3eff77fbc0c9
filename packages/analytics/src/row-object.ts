import { QueryError } from './query-error.js'
import type { TrinoResultColumn } from './trino/trino-types.js'

/** A row of Trino's as an object. Throws a QueryError where a required column has no value, or one that cannot be read. */
export function rowObject(
  readers: readonly (TrinoResultColumn & { isRequired: boolean })[],
  row: readonly unknown[],
  sql: string,
): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (let index = 0; index < readers.length; index++) {
    const { name, read, isRequired } = readers[index] as (typeof readers)[number]
    const value = row[index]
    if (value === null && isRequired) {
      throw new QueryError(`column ${name} expected a value in every row, got null`, { sql })
    }
    const result = value === null ? null : valueOf(name, read, value, sql)
    // Assigned, a column of this name would be the object's prototype.
    if (name === '__proto__') Object.defineProperty(object, name, { value: result, enumerable: true })
    else object[name] = result
  }
  return object
}

function valueOf(name: string, read: (value: unknown) => unknown, value: unknown, sql: string): unknown {
  try {
    return read(value)
  } catch (cause) {
    throw new QueryError(`column ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      sql,
      cause,
    })
  }
}
