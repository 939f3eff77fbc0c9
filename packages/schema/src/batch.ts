import { columnBuffer, type ColumnBuffers, type ColumnType } from './column.js'
import { describeValue } from './describe-value.js'
import { ownMember } from './own-member.js'
import { type ColumnName, columnsOf, type Table } from './table.js'
import { tagOf } from './tag-of.js'
import { isWellFormed } from './well-formed.js'

type NullableColumnName<T extends Table> = {
  [C in ColumnName<T>]: T['columns'][C] extends { readonly nullable: true } ? C : never
}[ColumnName<T>]

/**
 * Some rows of a table, column by column, usually tens of thousands: the unit that stages pass on. The consumer owns a
 * batch; a producer reuses its buffers only if asked to share them.
 *
 * @example
 * ```ts
 * import { type Batch, checkBatch, defineTable } from '@minilake/schema'
 *
 * const turbine = defineTable({
 *   name: 'turbine',
 *   columns: { event_timestamp: { type: 'timestamp' }, power: { type: 'double', nullable: true } },
 * })
 * const batch: Batch<typeof turbine> = {
 *   rowCount: 2,
 *   columns: { event_timestamp: BigInt64Array.of(0n, 1_000_000n), power: Float64Array.of(1520.5, 0) },
 *   nulls: { power: Uint8Array.of(0, 1) }, // the second row has no power
 * }
 * checkBatch(turbine, batch)
 * ```
 */
export interface Batch<T extends Table = Table> {
  readonly rowCount: number
  /** One buffer per column, each with `rowCount` entries. */
  readonly columns: { readonly [C in ColumnName<T>]: ColumnBuffers[T['columns'][C]['type']] }
  /** For nullable columns: 1 where the row has no value (the buffer's entry is then ignored), else 0. Default: no nulls. */
  readonly nulls?: { readonly [C in NullableColumnName<T>]?: Uint8Array }
}

/**
 * Throws a TypeError or RangeError unless a batch's columns match the table's in name, buffer type and length, its nulls and booleans
 * are 0 or 1, and its texts are Unicode. Typed arrays may come from another realm.
 */
export function checkBatch(table: Table, batch: Batch): void {
  const subject = `batch of table ${table.name}`
  const { rowCount, columns, nulls = {} } = batchMembers(subject, batch)
  for (const name of Object.keys(columns)) {
    if (!Object.hasOwn(table.columns, name)) {
      throw new TypeError(
        `${subject} expected the columns ${Object.keys(table.columns).join(', ')}, got also ${name}`,
      )
    }
  }
  for (const [name, { type, nullable = false }] of columnsOf(table)) {
    const buffer = checkedBuffer(`${subject}: column ${name}`, type, ownMember(columns, name))
    checkLength(`${subject}: column ${name}`, buffer.length, rowCount)
    const mask = checkedNulls(subject, { name, nullable, mask: ownMember(nulls, name), rowCount })
    if (Array.isArray(buffer)) checkTexts(`${subject}: column ${name}`, buffer, mask)
    if (type === 'boolean') checkBits(`${subject}: column ${name}`, buffer as Uint8Array, mask)
  }
  for (const name of Object.keys(nulls)) {
    if (!Object.hasOwn(table.columns, name))
      throw new TypeError(`${subject}: nulls expected names of columns, got ${name}`)
  }
}

// Typed as unknown: a caller in JavaScript may pass anything.
function batchMembers(subject: string, batch: unknown) {
  if (!isObject(batch) || !isObject(batch['columns'])) {
    const got = batch === undefined ? 'nothing' : 'no columns'
    throw new TypeError(`${subject} expected { rowCount, columns }, got ${got}`)
  }
  const { rowCount, columns, nulls } = batch
  if (typeof rowCount !== 'number' || !Number.isSafeInteger(rowCount) || rowCount < 0) {
    throw new TypeError(
      `${subject}: rowCount expected a whole number of rows, got ${describeValue(rowCount)}`,
    )
  }
  if (nulls !== undefined && !isObject(nulls)) {
    throw new TypeError(
      `${subject}: nulls expected an object with a Uint8Array per column, got ${describeValue(nulls)}`,
    )
  }
  return { rowCount, columns, nulls }
}

function checkedBuffer(subject: string, type: ColumnType, buffer: unknown): ArrayLike<unknown> {
  const expected = tagOf(columnBuffer[type](0))
  const isExpected =
    expected === 'Array' ? Array.isArray(buffer) : ArrayBuffer.isView(buffer) && tagOf(buffer) === expected
  if (isExpected) return buffer as ArrayLike<unknown>
  const got = buffer === undefined ? 'nothing' : describeValue(buffer)
  throw new TypeError(`${subject} expected ${expected} for ${type}, got ${got}`)
}

function checkedNulls(
  subject: string,
  { name, nullable, mask, rowCount }: { name: string; nullable: boolean; mask: unknown; rowCount: number },
): Uint8Array | undefined {
  if (mask === undefined) return undefined
  if (!nullable) throw new TypeError(`${subject}: column ${name} expected no nulls (it is not nullable)`)
  if (!isBytes(mask))
    throw new TypeError(`${subject}: nulls of ${name} expected a Uint8Array, got ${describeValue(mask)}`)
  checkLength(`${subject}: nulls of ${name}`, mask.length, rowCount)
  checkBits(`${subject}: nulls of ${name}`, mask, undefined)
  return mask
}

function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && tagOf(value) === 'Uint8Array'
}

/** Other numbers would be taken for 0 by one reader and for 1 by another. */
function checkBits(subject: string, bits: Uint8Array, nulls: Uint8Array | undefined): void {
  for (let row = 0; row < bits.length; row++) {
    if ((bits[row] ?? 0) > 1 && nulls?.[row] !== 1)
      throw new RangeError(`${subject} expected 0 or 1 in every row, got ${bits[row]} in row ${row}`)
  }
}

function checkTexts(subject: string, values: readonly unknown[], nulls: Uint8Array | undefined): void {
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    if ((typeof value === 'string' && isWellFormed(value)) || nulls?.[row] === 1) continue
    throw new TypeError(
      typeof value === 'string'
        ? `${subject} expected Unicode text, got half a surrogate pair in row ${row}: its toWellFormed() replaces the half`
        : `${subject} expected text in every row that is not null, got ${describeValue(value)} in row ${row}`,
    )
  }
}

function checkLength(subject: string, length: unknown, rowCount: number): void {
  if (length !== rowCount)
    throw new RangeError(`${subject} expected ${rowCount} entries (rowCount), got ${String(length)}`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
