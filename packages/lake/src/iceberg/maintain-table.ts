import type { TrinoEngine } from '@minilake/analytics/trino'
import {
  icebergExpire,
  icebergFilesPerDay,
  icebergOldSnapshots,
  icebergOptimize,
  icebergRemoveOrphans,
} from '@minilake/catalog'
import { freeSql } from '@minilake/analytics'
import { lakeNames, type Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { committed } from './committed.js'
import { rowsOfQuery } from './rows-of-query.js'
import { type LockableLake, withTableLock } from './table-lock.js'
import { untilEnded } from './until-ended.js'
import { withTrino } from './with-staging.js'

/** How to maintain a table. */
export interface MaintainOptions {
  /** Files of less than this are put together where a day has several. Default 100 MB. */
  smallBytes?: number
  /** Snapshots older than this expire: no query and no rollback finds them afterwards. Default 7 days. */
  expireAfterSeconds?: number
  /** Called with what it waits for: a process that has the table's lock, or a query in Trino. */
  onWait?: ((what: string) => void) | undefined
  signal: AbortSignal
}

/** Files and their bytes. */
export interface FileCount {
  files: number
  bytes: number
}

/** What was maintained. */
export interface MaintainReport {
  table: string
  /** Days whose files were put together; 'null' stands for rows without a time. */
  days: { day: string; before: FileCount; after: FileCount }[]
  /** The data files of the table. */
  before: FileCount
  after: FileCount
  /** Snapshots that expired. */
  expired: number
  /** All objects below the table's location, of every snapshot, with Iceberg's own. */
  storedBefore: FileCount
  storedAfter: FileCount
}

const secondsPerDay = 86_400

/** Files that no snapshot has may belong to a write that is under way: younger ones stay. */
const orphanSeconds = 7 * secondsPerDay

/**
 * Puts the small files of an Iceberg table together, day by day, lets old snapshots expire and removes files that none has. One process at
 * a time per table; a change or a reader that runs in Trino is waited for. Each step is one commit or harmless, so that a run that dies is
 * continued by the next. Run again, it finds nothing to do.
 */
export async function maintainTable(
  table: Table,
  lake: LockableLake & Pick<LakeBackend, 'servers'>,
  options: MaintainOptions,
): Promise<MaintainReport> {
  const { smallBytes = 100_000_000, expireAfterSeconds = 7 * secondsPerDay, onWait, signal: given } = options
  const lock = {
    undone: 'maintained',
    signal: given,
    onWait: () => onWait?.(`another process that maintains table ${table.name}`),
  }
  return withTableLock(table, lake, lock, (lost) =>
    withTrino(lake, async (engine) => {
      const signal = AbortSignal.any([given, lost])
      const waiting = { signal, onWait }
      const storedBefore = await storedFiles(table, lake)
      const first = await filesPerDay(table, engine, smallBytes, signal)
      const optimized = first.filter(({ small, deletes }) => small > 1 || deletes > 0)
      for (const { day } of optimized)
        await committed(table, { store: lake.store, engine, signal }, async () => {
          await untilEnded(table, engine, 'changes', waiting)
          await rowsOfQuery(engine, icebergOptimize(table, day, smallBytes), signal)
        })
      const expired = await expire(table, engine, { seconds: expireAfterSeconds, ...waiting })
      await removeOrphans(table, engine, { seconds: orphanSeconds, signal })
      const last = optimized.length === 0 ? first : await filesPerDay(table, engine, smallBytes, signal)
      const ofDay = (wanted: string) => last.find(({ day }) => day === wanted) ?? { files: 0, bytes: 0 }
      return {
        table: table.name,
        days: optimized.map((each) => ({
          day: each.day,
          before: countOf(each),
          after: countOf(ofDay(each.day)),
        })),
        ...{ before: sumOf(first), after: sumOf(last), expired },
        ...{ storedBefore, storedAfter: await storedFiles(table, lake) },
      }
    }),
  )
}

/** Lets snapshots expire, once the statements that may read them have ended; resolves with their number. */
async function expire(
  table: Table,
  engine: TrinoEngine,
  { seconds, ...waiting }: { seconds: number } & Parameters<typeof untilEnded>[3],
): Promise<number> {
  const old = async () =>
    Number((await rowsOfQuery(engine, icebergOldSnapshots(table, seconds), waiting.signal))[0]?.['old'])
  const before = await old()
  if (before === 0) return 0
  await untilEnded(table, engine, 'reads', waiting)
  await run(engine, icebergExpire(table, seconds), 'expire_snapshots_min_retention', { seconds, ...waiting })
  return before - (await old())
}

/** Removes files below the table's location that are older than some seconds and that no snapshot has. */
async function removeOrphans(
  table: Table,
  engine: TrinoEngine,
  { seconds, signal }: { seconds: number; signal: AbortSignal },
): Promise<void> {
  await run(engine, icebergRemoveOrphans(table, seconds), 'remove_orphan_files_min_retention', {
    seconds,
    signal,
  })
}

/** Runs a statement that Trino refuses for less than a minimum, unless the session sets another one. */
async function run(
  engine: TrinoEngine,
  statement: string,
  minimum: string,
  { seconds, signal }: { seconds: number; signal: AbortSignal },
): Promise<void> {
  const sessionProperties = { [`${lakeNames.icebergCatalog}.${minimum}`]: `${seconds}s` }
  for await (const _row of engine.query(freeSql(statement), { signal, sessionProperties }));
}

interface DayFiles extends FileCount {
  day: string
  /** Data files below the limit. */
  small: number
  /** Files of deleted rows. */
  deletes: number
}

async function filesPerDay(
  table: Table,
  engine: TrinoEngine,
  smallBytes: number,
  signal: AbortSignal,
): Promise<DayFiles[]> {
  const rows = await rowsOfQuery(engine, icebergFilesPerDay(table, smallBytes), signal)
  return rows.map(({ day, files, bytes, deletes, small }) => ({
    ...{ day: String(day), files: Number(files), bytes: Number(bytes) },
    ...{ deletes: Number(deletes), small: Number(small) },
  }))
}

function countOf({ files, bytes }: FileCount): FileCount {
  return { files, bytes }
}

function sumOf(counts: readonly FileCount[]): FileCount {
  const sum = (of: (count: FileCount) => number) => counts.reduce((total, count) => total + of(count), 0)
  return { files: sum(({ files }) => files), bytes: sum(({ bytes }) => bytes) }
}

/** Everything below a table's location. The key that publishes may list it, but read nothing of it. */
async function storedFiles({ name }: Table, { store }: Pick<LakeBackend, 'store'>): Promise<FileCount> {
  let [files, bytes] = [0, 0]
  for await (const { size } of store.list(`${lakeNames.schema}/${name}/`)) {
    files += 1
    bytes += size
  }
  return { files, bytes }
}
