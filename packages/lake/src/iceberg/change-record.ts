import { randomUUID } from 'node:crypto'
import { QueryError } from '@minilake/analytics'
import { truthPrefix } from '@minilake/generator'
import type { StoredObject } from '@minilake/ingest'
import type { ColumnCounts } from '@minilake/parquet'
import type { Table } from '@minilake/schema'
import { mappedInOrder } from '../files/mapped-in-order.js'
import { readIfThere } from '../files/read-if-there.js'
import type { LakeStore } from '../lake-backend.js'
import { isNotCommitted } from './is-not-committed.js'

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
  id: string
  begunAt: number
  /** When it was over at the latest; undefined if nobody knows whether it was committed. */
  endedAt: number | undefined
  /** The batches whose rows were all there once it was committed. */
  whole: readonly string[]
}

/** How long after its begin a change is taken to be under way of which nobody knows. */
export const longestMillis = 3_600_000

/** Key prefix of the records of a table's changes. Who publishes may remove them, as everything below `_truth/`. */
export function changesPrefix({ name }: Table): string {
  return `${truthPrefix}_changes/${name}/`
}

/** Key prefix of the records of changes that are under way, or of which nobody knows whether they were committed. */
function openPrefix(table: Table): string {
  return `${changesPrefix(table)}open/`
}

/** A statement that changes an Iceberg table, and the look at the table afterwards that tells which added batches are wholly there. */
interface RecordedStatement<R> {
  run: () => Promise<R>
  whole: (result: R) => readonly string[] | Promise<readonly string[]>
}

/**
 * Runs a statement that changes an Iceberg table, with a record of the change in the store: an open one before it, since a process may die at
 * any moment, and a complete one after it. After an error that leaves in doubt whether Trino committed the change, the record stays open for
 * `settleChanges`, and the Error says to run it again.
 */
export async function recorded<R>(
  table: Table,
  store: LakeStore,
  change: Change,
  { run, whole }: RecordedStatement<R>,
): Promise<R> {
  const id = randomUUID()
  const openKey = `${openPrefix(table)}${id}.json`
  await store.write(openKey, textOf(change))
  const begunAt = (await store.find(openKey))?.modified?.getTime()
  let result: R
  try {
    result = await run()
  } catch (error) {
    if (isNotCommitted(error)) await removeRecord(table, store, id).catch(() => undefined)
    else if (error instanceof QueryError)
      throw new Error(
        `${error.message}: the change may be in table ${table.name} all the same: run the same command again, which does no harm if it is`,
        { cause: error },
      )
    throw error
  }
  // Another process may have settled it meanwhile: this record is the better one.
  const complete = { ...change, id, begunAt, whole: await whole(result) }
  await completeOpen(table, store, complete, { overwrite: true })
  return result
}

/** Completes the record of a change that was committed. Without `overwrite`, a complete record that is there stays. */
export async function completeOpen(
  table: Table,
  store: LakeStore,
  { id, ...change }: Change & { id: string; begunAt: number | undefined; whole: readonly string[] },
  { overwrite }: { overwrite: boolean },
): Promise<void> {
  await store.write(`${changesPrefix(table)}${id}.json`, textOf(change), { overwrite })
  await removeOpen(table, store, id)
}

/** Removes the record of a change that was not committed, also if another process has taken it for committed. */
async function removeRecord(table: Table, store: LakeStore, id: string): Promise<void> {
  await store.remove(`${changesPrefix(table)}${id}.json`)
  await removeOpen(table, store, id)
}

/** Removes the open record of a change. */
export async function removeOpen(table: Table, store: LakeStore, id: string): Promise<void> {
  await store.remove(`${openPrefix(table)}${id}.json`)
}

function textOf(value: object): Uint8Array[] {
  return [new TextEncoder().encode(`${JSON.stringify(value)}\n`)]
}

/** The recorded changes of a table, in no order. */
export function recordedChanges(
  table: Table,
  store: LakeStore,
  signal: AbortSignal,
): Promise<RecordedChange[]> {
  return changesBelow(changesPrefix(table), { table, store, signal })
}

/** Those of them of which nobody knows whether they were committed, or that are under way. */
export function openChanges(table: Table, store: LakeStore, signal: AbortSignal): Promise<RecordedChange[]> {
  return changesBelow(openPrefix(table), { table, store, signal })
}

async function changesBelow(
  prefix: string,
  { table, store, signal }: { table: Table; store: LakeStore; signal: AbortSignal },
): Promise<RecordedChange[]> {
  const read = async ({ key, modified }: StoredObject): Promise<RecordedChange | undefined> => {
    signal.throwIfAborted()
    const id = key.slice(key.lastIndexOf('/') + 1, -'.json'.length)
    const changed = modified?.getTime() ?? 0
    const isOpen = key.startsWith(openPrefix(table))
    const text = await readIfThere(store, key)
    if (text !== undefined) {
      const {
        begunAt = changed,
        whole = [],
        ...change
      } = parsed<Partial<RecordedChange> & Change>(text, key, store)
      return { ...change, id, begunAt, whole, endedAt: isOpen ? undefined : changed }
    }
    // A change that was open in the listing is complete meanwhile, or was not committed.
    const completed = isOpen ? await store.find(`${changesPrefix(table)}${id}.json`) : undefined
    return completed && read(completed)
  }
  const found = new Map<string, RecordedChange>()
  for await (const change of mappedInOrder(store.list(prefix), read)) {
    // A process that died between the two has left both records: the complete one counts.
    if (change && found.get(change.id)?.endedAt === undefined) found.set(change.id, change)
  }
  return [...found.values()]
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
