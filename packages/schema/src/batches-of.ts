import type { Batch } from './batch.js'
import { bufferEntry, expectedInput, type Misfit } from './buffer-entry.js'
import { checkOptions } from './check-options.js'
import { columnBuffer, type ColumnBuffers, type ColumnType } from './column.js'
import { describeValue } from './describe-value.js'
import type { InputRow } from './input-row.js'
import { columnsOf, partitionsOf, type Table } from './table.js'

/** Options of `batchesOf`. */
export interface BatchesOptions {
  /** Rows in each batch; the last one may have fewer. Default 65,536. */
  readonly rowsPerBatch?: number
}

/**
 * Turns rows into batches of a table. Holds one batch in memory at a time, and pulls a row only when it is needed.
 * Throws a TypeError for a row or a value of the wrong type and for missing and unknown columns, a RangeError for a value out
 * of its column's range. The message names the row, counted from 1 over all rows, and the column. The rows' iterator is then closed.
 *
 * @example
 * ```ts
 * import { batchesOf, pump } from '@minilake/schema'
 *
 * const rows = [{ event_timestamp: new Date(), pressure: 118.2, velocity: 1.4, speed: 1450 }]
 * for await (const batch of batchesOf(pump, rows)) console.log(batch.rowCount, batch.columns.pressure)
 * ```
 */
export function batchesOf<T extends Table>(
  table: T,
  rows: Iterable<InputRow<NoInfer<T>>> | AsyncIterable<InputRow<NoInfer<T>>>,
  options: BatchesOptions = {},
): AsyncGenerator<Batch<T>, void, undefined> {
  checkOptions('batchesOf', options, ['rowsPerBatch'])
  const { rowsPerBatch = 65_536 } = options
  if (!Number.isSafeInteger(rowsPerBatch) || rowsPerBatch < 1) {
    throw new RangeError(
      `rowsPerBatch expected a whole number of rows, at least 1, got ${describeValue(rowsPerBatch)}`,
    )
  }
  if (!isIterable(rows)) {
    throw new TypeError(
      `rows of table ${table.name} expected an iterable or async iterable of rows, got ${describeValue(rows)}`,
    )
  }
  return collectBatches(rowCollector(table, rowsPerBatch), rows)
}

function isIterable(rows: unknown): boolean {
  return (
    typeof rows === 'object' && rows !== null && (Symbol.asyncIterator in rows || Symbol.iterator in rows)
  )
}

async function* collectBatches<T extends Table>(
  collector: RowCollector<T>,
  rows: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<Batch<T>, void, undefined> {
  if (Symbol.asyncIterator in rows) {
    for await (const row of rows) if (collector.add(row)) yield collector.take()
  } else {
    // `for await` would wait for a promise at every row.
    for (const row of rows) if (collector.add(row)) yield collector.take()
  }
  if (collector.rowCount > 0) yield collector.take()
}

interface RowCollector<T extends Table> {
  /** Rows collected since the last `take`. */
  readonly rowCount: number
  /** Checks and adds a row; true when the batch is full. */
  add(row: unknown): boolean
  /** The collected rows, in buffers that are not used again. */
  take(): Batch<T>
}

function rowCollector<T extends Table>(table: T, rowsPerBatch: number): RowCollector<T> {
  const collectors = new Map(
    columnsOf(table).map(([name, column]) => [name, columnCollector(name, column, rowsPerBatch)]),
  )
  let firstRow = 1
  let rowCount = 0
  return {
    get rowCount() {
      return rowCount
    },
    add: (row) => {
      const rowNumber = firstRow + rowCount
      checkRow(table, row, rowNumber)
      for (const collector of collectors.values()) collector.add(row, { rowNumber, at: rowCount })
      return ++rowCount === rowsPerBatch
    },
    take: () => {
      const columns: Record<string, AnyBuffer> = {}
      const nulls: Record<string, Uint8Array> = {}
      for (const [name, collector] of collectors) {
        const taken = collector.take(rowCount)
        columns[name] = taken.buffer
        if (taken.nulls) nulls[name] = taken.nulls
      }
      const batch: Batch = { rowCount, columns, nulls }
      firstRow += rowCount
      rowCount = 0
      return batch as Batch<T>
    },
  }
}

function checkRow(
  table: Table,
  row: unknown,
  rowNumber: number,
): asserts row is Readonly<Record<string, unknown>> {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw new TypeError(
      `row ${rowNumber}: expected an object with the columns ${columnList(table)}, got ${describeValue(row)}`,
    )
  }
  for (const name of Object.keys(row)) {
    if (!Object.hasOwn(table.columns, name)) throw unknownColumn(table, name, rowNumber)
  }
}

function unknownColumn(table: Table, name: string, rowNumber: number): TypeError {
  const partition = partitionsOf(table).find(([partition]) => partition === name)?.[1]
  return new TypeError(
    partition === undefined
      ? `row ${rowNumber}: expected only the columns ${columnList(table)}, got also ${describeValue(name)}`
      : `row ${rowNumber}: expected no value for partition ${name}, which is taken from column ${partition.from}`,
  )
}

function columnList(table: Table): string {
  return Object.keys(table.columns).join(', ')
}

type AnyBuffer = ColumnBuffers[ColumnType]

interface ColumnCollector {
  /** Checks the row's value and stores it. */
  add(row: Readonly<Record<string, unknown>>, place: { rowNumber: number; at: number }): void
  /** The column's buffer, and its nulls when there are any. */
  take(rowCount: number): { buffer: AnyBuffer; nulls: Uint8Array | undefined }
}

function columnCollector<T extends ColumnType>(
  name: string,
  { type, nullable = false }: { type: T; nullable?: boolean },
  capacity: number,
): ColumnCollector {
  const toEntry = bufferEntry[type]
  // 'constructor' is a valid column name and a member that every object inherits.
  const isInherited = name in Object.prototype
  let buffer: ColumnBuffers[T] | undefined
  let nulls: Uint8Array | undefined
  return {
    add: (row, { rowNumber, at }) => {
      const value = isInherited && !Object.hasOwn(row, name) ? undefined : row[name]
      const misfit: Misfit = (error, expected) => {
        throw new error(`row ${rowNumber}, column ${name}: expected ${expected}, got ${describeValue(value)}`)
      }
      buffer ??= columnBuffer[type](capacity)
      if (value !== null && value !== undefined) {
        buffer[at] = toEntry(value, misfit)
      } else if (nullable) {
        nulls ??= new Uint8Array(capacity)
        nulls[at] = 1
      } else {
        misfit(TypeError, `${expectedInput[type]} (the column is not nullable)`)
      }
    },
    take: (rowCount) => {
      const isFull = rowCount === capacity
      const filled = buffer ?? columnBuffer[type](0)
      const taken = {
        buffer: isFull ? filled : filled.slice(0, rowCount),
        nulls: isFull ? nulls : nulls?.slice(0, rowCount),
      }
      buffer = undefined
      nulls = undefined
      return taken
    },
  }
}
