import { columnBuffer, type ColumnBuffers } from './column.js'
import { type ColumnName, columnsOf, type Table } from './table.js'

type NullableColumnName<T extends Table> = {
  [C in ColumnName<T>]: T['columns'][C] extends { readonly nullable: true } ? C : never
}[ColumnName<T>]

/**
 * Some rows of a table, column by column: what the stages hand to one another, tens of thousands of rows at a time or more. It
 * belongs to whoever takes it, its buffers are not filled again, unless who gives it was told to share them.
 */
export interface Batch<T extends Table = Table> {
  readonly rowCount: number
  /** One buffer per column, each `rowCount` long. */
  readonly columns: { readonly [C in ColumnName<T>]: ColumnBuffers[T['columns'][C]['type']] }
  /** For nullable columns: 1 where the row has no value (the buffer's entry is then ignored). Default: no nulls. */
  readonly nulls?: { readonly [C in NullableColumnName<T>]?: Uint8Array }
}

/** Throws a TypeError or RangeError when a batch's columns differ from the table's in name, buffer type or length. */
export function checkBatch(table: Table, batch: Batch): void {
  const subject = `batch of table ${table.name}`
  const given = (batch as Batch | undefined)?.columns as Readonly<Record<string, unknown>> | undefined
  if (typeof given !== 'object' || given === null)
    throw new TypeError(
      `${subject} expected { rowCount, columns }, got ${batch === undefined ? 'nothing' : 'no columns'}`,
    )
  const { rowCount, nulls: masks } = batch as { rowCount: unknown; nulls?: unknown }
  if (!Number.isSafeInteger(rowCount) || (rowCount as number) < 0)
    throw new TypeError(`${subject}: rowCount expected a whole number of rows, got ${shown(rowCount)}`)
  if (masks !== undefined && (typeof masks !== 'object' || masks === null))
    throw new TypeError(`${subject}: nulls expected Uint8Arrays by name of column, got ${shown(masks)}`)
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table.columns, name)) {
      throw new TypeError(
        `${subject} expected the columns ${Object.keys(table.columns).join(', ')}, got also ${name}`,
      )
    }
  }
  for (const [name, column] of columnsOf(table)) {
    const buffer = given[name] as ColumnBuffers[typeof column.type] | undefined
    const expected = columnBuffer[column.type](0).constructor
    if (buffer?.constructor !== expected) {
      throw new TypeError(
        `${subject}: column ${name} expected ${expected.name} for ${column.type}, got ${buffer === undefined ? 'nothing' : typeName(buffer)}`,
      )
    }
    checkLength(`${subject}: column ${name}`, buffer.length, batch.rowCount)
    const nulls = (batch.nulls as Readonly<Record<string, Uint8Array>> | undefined)?.[name]
    if (nulls !== undefined) {
      if (!column.nullable)
        throw new TypeError(`${subject}: column ${name} expected no nulls (it is not nullable)`)
      if (!(nulls instanceof Uint8Array))
        throw new TypeError(`${subject}: nulls of ${name} expected a Uint8Array, got ${typeName(nulls)}`)
      checkLength(`${subject}: nulls of ${name}`, nulls.length, batch.rowCount)
    }
    if (Array.isArray(buffer)) checkTexts(`${subject}: column ${name}`, buffer, nulls)
  }
  for (const name of Object.keys(batch.nulls ?? {})) {
    if (!Object.hasOwn(table.columns, name))
      throw new TypeError(`${subject}: nulls expected names of columns, got ${name}`)
  }
}

function typeName(value: unknown): string {
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null)
    return 'an object without a type'
  return (value as object | null)?.constructor.name ?? String(value)
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return typeof value === 'object' && value !== null ? typeName(value) : String(value)
}

function checkTexts(subject: string, values: readonly unknown[], nulls: Uint8Array | undefined): void {
  for (let row = 0; row < values.length; row++) {
    if (typeof values[row] === 'string' || nulls?.[row] === 1) continue
    throw new TypeError(
      `${subject} expected text in every row that is not null, got ${shown(values[row])} in row ${row}`,
    )
  }
}

function checkLength(subject: string, length: number, rowCount: number): void {
  if (length !== rowCount)
    throw new RangeError(`${subject} expected ${rowCount} entries (rowCount), got ${length}`)
}
