import { randomUUID } from 'node:crypto'
import { QueryError } from '@minilake/analytics'
import { truthPrefix } from '@minilake/generator'
import type { ColumnCounts } from '@minilake/parquet'
import type { Table } from '@minilake/schema'
import { mappedInOrder } from '../files/mapped-in-order.js'
import { readIfThere } from '../files/read-if-there.js'
import type { LakeStore } from '../lake-backend.js'

/** What is known of the rows of a data file before they are put into an Iceberg table. */
export interface BatchChecks {
  /** Key of the data file. */
  key: string
  batch: string
  rows: number
  /** The counts and bounds in the file's footer; absent in files of other programs. */
  columns?: Readonly<Record<string, ColumnCounts>> | undefined
  /** Trino's checksum of the rows in the data file, over the columns that the table had. Absent where the table had the rows as a Hive table. */
  checksum?: { of: readonly string[]; hex: string } | undefined
}

/** A change of an Iceberg table, as far as `verify` needs to know it. */
export interface Change {
  /** The data files whose rows it adds. */
  adds: readonly BatchChecks[]
  /** The batches of rows that it takes away or replaces. Absent for a change that only adds rows. */
  takes?: readonly string[]
}

/** A recorded change. Times are the store's, in milliseconds since 1970. */
export interface RecordedChange extends Change {
  begunAt: number
  /** When it was committed; undefined if its process died or is at work. */
  endedAt: number | undefined
  /** The batches whose rows were all there once it was committed. */
  whole: readonly string[]
}

/** Key prefix of the records of a table's changes. Who publishes may remove them, as everything below `_truth/`. */
export function changesPrefix({ name }: Table): string {
  return `${truthPrefix}_changes/${name}/`
}

/**
 * Runs a statement that changes an Iceberg table, with a record of the change in the store: written before it, since a process may die at any
 * moment, and completed after it with the batches that are wholly there. `statement` resolves with those and with a result.
 */
export async function recorded<R>(
  table: Table,
  store: LakeStore,
  change: Change,
  statement: () => Promise<{ whole: readonly string[]; result: R }>,
): Promise<R> {
  const key = `${changesPrefix(table)}${randomUUID()}`
  const write = (to: string, value: unknown) =>
    store.write(to, [new TextEncoder().encode(`${JSON.stringify(value)}\n`)])
  await write(`${key}${begun}`, change)
  try {
    const { whole, result } = await statement()
    await write(`${key}${ended}`, { whole })
    return result
  } catch (error) {
    // Nothing was changed. After any other failure, the statement may have been committed.
    if (error instanceof QueryError && error.errorName !== undefined)
      await store.remove(`${key}${begun}`).catch(() => undefined)
    throw error
  }
}

const begun = '.json'
const ended = '.done.json'

/** The recorded changes of a table, in no order. */
export async function recordedChanges(
  table: Table,
  store: LakeStore,
  signal: AbortSignal,
): Promise<RecordedChange[]> {
  const objects = new Map<string, number>()
  for await (const { key, modified } of store.list(changesPrefix(table)))
    objects.set(key, modified?.getTime() ?? 0)
  const ids = [...objects.keys()].filter((key) => key.endsWith(begun) && !key.endsWith(ended))
  const read = async (key: string): Promise<RecordedChange | undefined> => {
    signal.throwIfAborted()
    const text = await readIfThere(store, key)
    if (text === undefined) return undefined // its statement failed meanwhile
    const done = `${key.slice(0, -begun.length)}${ended}`
    const end = objects.has(done) ? await readIfThere(store, done) : undefined
    const change = parsed<Change>(text, key, store)
    const { whole = [] } = end === undefined ? {} : parsed<{ whole: string[] }>(end, done, store)
    return {
      ...change,
      begunAt: objects.get(key) ?? 0,
      endedAt: end === undefined ? undefined : objects.get(done),
      whole,
    }
  }
  const found: RecordedChange[] = []
  for await (const change of mappedInOrder(ids, read)) if (change) found.push(change)
  return found
}

function parsed<T>(text: string, key: string, { location }: LakeStore): T {
  try {
    return JSON.parse(text) as T
  } catch (cause) {
    throw new Error(
      `${location}/${key} expected the record of a change, got other text: remove it, and verify compares without it`,
      { cause },
    )
  }
}
