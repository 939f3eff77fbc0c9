import { setImmediate as nextTurn } from 'node:timers/promises'
import { untilAborted } from '@minilake/ingest'
import { type Batch, batchesOf, describeValue, type InputRow, type Table } from '@minilake/schema'
import type { PlacedRows, RowsTarget } from './rows-target.js'
import { defaultMaxPartitions } from './stage-partitions.js'

/** Rows of a table, or batches of them, in any order. */
export type RowSource<T extends Table> =
  Iterable<InputRow<T>> | AsyncIterable<InputRow<T>> | Iterable<Batch<T>> | AsyncIterable<Batch<T>>

/** How to write rows. */
export interface WriteRowsOptions {
  /** Most partitions; more are a RangeError. Default 3660, ten years of days. */
  maxPartitions?: number
  signal: AbortSignal
}

/** The data files that rows were written to. */
export interface WrittenFiles extends PlacedRows {
  table: string
  rows: number
}

/**
 * Writes rows to data files, one per partition. They appear when the source has ended; after an error in it there are
 * none. Memory is bounded however many rows come. Rejects with a TypeError or RangeError that names the row and the column when a row
 * does not fit the table, with the source's own error, and with the signal's reason.
 */
export async function writeRows<T extends Table>(
  table: T,
  rows: RowSource<T>,
  target: RowsTarget,
  { maxPartitions = defaultMaxPartitions, signal }: WriteRowsOptions,
): Promise<WrittenFiles> {
  let rowCount = 0
  const counted = async function* () {
    for await (const batch of untilAborted(asBatches(table, rows, signal), signal)) {
      rowCount += batch.rowCount
      yield batch
      await nextTurn() // other work of the process, such as a timer that aborts, gets a turn
    }
  }
  try {
    await target.stage(counted() as AsyncGenerator<Batch>, { prefix: 'write', maxPartitions })
    return { table: table.name, rows: rowCount, ...(await target.publish()) }
  } finally {
    await target.discard()
  }
}

/** Batches as they come; rows gathered into batches. The first element tells which it is. Ends with the signal's reason. */
async function* asBatches<T extends Table>(
  table: T,
  source: RowSource<T>,
  signal: AbortSignal,
): AsyncGenerator<Batch<T>> {
  const elements = elementsOf(source, signal)
  const first = await elements.next()
  if (first.done) return
  const all = (
    Symbol.iterator in elements ? resumed(first.value, elements) : resumedLater(first.value, elements)
  ) as Iterable<unknown> | AsyncIterable<unknown>
  if (isBatch(first.value)) yield* all as AsyncIterable<Batch<T>>
  else yield* batchesOf<Table>(table, all as Iterable<InputRow<Table>>) as AsyncGenerator<Batch<T>>
}

type Elements<T extends Table> = Generator<Batch<T> | InputRow<T>> | AsyncGenerator<Batch<T> | InputRow<T>>

/** The elements of a source, up to the abort. Closing them closes the source. Throws a TypeError for what is no iterable. */
function elementsOf<T extends Table>(source: RowSource<T>, signal: AbortSignal): Elements<T> {
  if (typeof source === 'object' && source !== null && Symbol.iterator in source) {
    return (function* () {
      for (const element of source) {
        signal.throwIfAborted()
        yield element
      }
    })()
  }
  if (typeof source === 'object' && source !== null && Symbol.asyncIterator in source) {
    return (async function* () {
      for await (const element of source) {
        signal.throwIfAborted()
        yield element
      }
    })()
  }
  throw new TypeError(`write expected an iterable of rows or of batches, got ${describeValue(source)}`)
}

function* resumed<E>(first: E, rest: Generator<E>): Generator<E> {
  yield first
  yield* rest
}

async function* resumedLater<E>(first: E, rest: AsyncGenerator<E>): AsyncGenerator<E> {
  yield first
  yield* rest
}

/** A column name has no upper-case letter, so a row never has `rowCount`. */
function isBatch<T extends Table>(element: Batch<T> | InputRow<T>): element is Batch<T> {
  return typeof element === 'object' && element !== null && Object.hasOwn(element, 'rowCount')
}
