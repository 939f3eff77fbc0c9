import { QueryError } from './query-error.js'

/** How a result column's values are read. `Value` is the engine's type of a value that is not null. */
export interface ColumnReader<Value> {
  readonly name: string
  readonly read: (value: Value) => unknown
  /** Whether null is an error. */
  readonly isRequired: boolean
}

/** A result row as an object. Throws a QueryError for a null in a required column, and for a value that cannot be read. */
export function rowObject<Value>(
  readers: readonly ColumnReader<Value>[],
  row: readonly (Value | null)[],
  sql: string,
): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  let index = 0
  for (const { name, read, isRequired } of readers) {
    const value = row[index++] ?? null
    if (value === null && isRequired) {
      throw new QueryError(`column ${name} expected a value in every row, got null`, { sql })
    }
    const result = value === null ? null : readValue(name, read, value, sql)
    // An assignment to __proto__ would set the object's prototype.
    if (name === '__proto__') Object.defineProperty(object, name, { value: result, enumerable: true })
    else object[name] = result
  }
  return object
}

function readValue<Value>(name: string, read: (value: Value) => unknown, value: Value, sql: string): unknown {
  try {
    return read(value)
  } catch (cause) {
    throw new QueryError(`column ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      sql,
      cause,
    })
  }
}
