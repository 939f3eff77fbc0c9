import { checkColumns, describeValue, isWellFormed, type Table } from '@minilake/schema'

/**
 * Throws a TypeError for a table that cannot be encoded: without a name, without columns, with a type that does not exist or a name
 * that is not Unicode. Other names than those of `defineTable` work.
 */
export function checkTable(table: Table): void {
  const given: unknown = table
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`table expected what defineTable returns, got ${describeValue(given)}`)
  const { name, columns }: { name?: unknown; columns?: unknown } = given
  if (typeof name !== 'string' || !isWellFormed(name))
    throw new TypeError(`table name expected Unicode text, got ${describeValue(name)}`)
  checkColumns(`table ${name}`, columns)
  const malformed = Object.keys(table.columns).find((column) => !isWellFormed(column))
  if (malformed !== undefined) {
    throw new TypeError(
      `table ${name}: column name ${JSON.stringify(malformed)} expected Unicode text, got half a surrogate pair`,
    )
  }
}

/** Throws a TypeError for batches, or files, that cannot be iterated. `subject` begins the message. */
export function checkIterable(subject: string, given: unknown): void {
  const isObject = typeof given === 'object' && given !== null
  if (isObject && Symbol.iterator in given) return
  if (isObject && Symbol.asyncIterator in given) {
    throw new TypeError(
      `${subject} expected an iterable, got an async iterable: collect it in an array first (partitionBatches of @minilake/partition does so within a limit of memory)`,
    )
  }
  throw new TypeError(`${subject} expected an iterable, such as an array, got ${describeValue(given)}`)
}
