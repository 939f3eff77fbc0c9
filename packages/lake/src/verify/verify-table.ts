import { hourlyStatistics, QueryError, type SqlEngine } from '@minilake/analytics'
import { mergeHours, truthKey, truthSubject } from '@minilake/generator'
import type { StoredObject } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { mappedInOrder } from '../files/mapped-in-order.js'
import { dataFilesOf, type LakeBackend } from '../lake-backend.js'
import { readTruthFile, type StoredTruth, truthFilesOf } from '../truth/truth-file.js'
import { compareAlarms } from './compare-alarms.js'
import { compareDeliveries } from './compare-deliveries.js'
import { compareFiles } from './compare-files.js'
import { compareRowOrder } from './compare-row-order.js'
import { compareHours } from './compare-hours.js'
import { unreadableFiles } from './unreadable-files.js'

/** What was compared with the truth of a table, and where it differs. */
export interface Verification {
  table: string
  /** What the table was compared with: the truth of its simulation, or the checks in its files. */
  source: 'truth' | 'checks'
  /** Data files that have a truth, or checks. */
  files: number
  hours: number
  rows: number
  alarmRows: number
  /** Alarm episodes. */
  alarms: number
  /** Whether the order of rows within files was compared too; not every engine reveals it. */
  isOrderCompared: boolean
  /** Keys of data files without a truth, or without checks. */
  withoutTruth: string[]
  /** Keys of data files that have a truth or a record but are gone. */
  missing: string[]
  /** Files that the engine cannot read, and why. All else was compared without them. */
  unreadable: { key: string; reason: string }[]
  /** One sentence each: the hour, day or alarm, what was expected, and what the engine returned. */
  differences: string[]
}

/**
 * Compares the rows that an engine reads, hour by hour, with the truth that the simulation recorded. Files that the engine cannot read are
 * named and left out, with their truths.
 */
export async function verifyTable(
  table: Table,
  lake: Pick<LakeBackend, 'servers' | 'store' | 'rowOrderOf' | 'openEngineOver'>,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<Verification> {
  const { store, rowOrderOf } = lake
  const files = new Map<string, StoredObject>()
  for await (const object of dataFilesOf(table, store)) files.set(object.key, object)

  const truths = new Map<string, StoredTruth>()
  const read = async ({ key }: StoredObject) => {
    signal.throwIfAborted()
    return [key, await readTruthFile(table, store, key)] as const
  }
  for await (const [key, truth] of mappedInOrder(truthFilesOf(table, store), read)) truths.set(key, truth)
  const keys = [...files.keys()]
  const compare = (compared: ReadonlyMap<string, StoredTruth>, over: SqlEngine) =>
    compareWithTruths(table, { files, truths: compared, lake }, over, signal)

  let [readable, unreadable] = [truths, new Map<string, string>()]
  const differences = await compare(truths, engine).catch(async (failure: unknown) => {
    signal.throwIfAborted()
    if (!(failure instanceof QueryError)) throw failure
    const found = await unreadableFiles(table, lake, { failure, signal })
    unreadable = found.unreadable
    readable = new Map([...truths].filter(([key]) => !unreadable.has(truthSubject(key))))
    if (found.readable.length === 0) return []
    const over = await lake.openEngineOver(table, found.readable, found.others)
    try {
      return await compare(readable, over)
    } finally {
      await over.close()
    }
  })
  const known = [...readable.values()]
  const expected = mergeHours(known)
  const truthKeys = new Set(keys.map(truthKey))
  return {
    table: table.name,
    source: 'truth',
    files: keys.filter((key) => readable.has(truthKey(key))).length,
    hours: expected.length,
    rows: expected.reduce((sum, hour) => sum + hour.rows, 0),
    alarmRows: expected
      .flatMap((hour) => Object.values(hour.alarmRows))
      .reduce((sum, count) => sum + count, 0),
    withoutTruth: keys.filter((key) => !truths.has(truthKey(key))),
    missing: [...truths.keys()].filter((key) => !truthKeys.has(key)).map(truthSubject),
    alarms: known
      .flatMap(({ alarms }) => Object.values(alarms))
      .reduce((sum, { episodes }) => sum + episodes.length, 0),
    isOrderCompared: rowOrderOf !== undefined,
    unreadable: [...unreadable].map(([key, reason]) => ({ key, reason })),
    differences,
  }
}

/** Where an engine's rows, and the files, differ from truths (by their keys), in sentences. */
async function compareWithTruths(
  table: Table,
  {
    files,
    truths,
    lake: { store, rowOrderOf },
  }: {
    files: ReadonlyMap<string, StoredObject>
    truths: ReadonlyMap<string, StoredTruth>
    lake: Pick<LakeBackend, 'store' | 'rowOrderOf'>
  },
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<string[]> {
  const known = [...truths.values()]
  const hours = engine.query(hourlyStatistics(table), { signal })
  const differences = await compareHours(mergeHours(known), hours)
  // When hours differ, everything else differs too, so the rest is not compared.
  if (differences.length > 0 || known.length === 0) return differences
  differences.push(
    ...(await compareDeliveries(table, known, engine, signal)),
    ...(await compareAlarms(table, known, engine, signal)),
  )
  const truthByFile = new Map<string, StoredTruth>()
  for (const key of files.keys()) {
    const truth = truths.get(truthKey(key))
    if (truth) truthByFile.set(key, truth)
  }
  if (rowOrderOf)
    differences.push(...(await compareRowOrder(table, truthByFile, engine, { rowOrderOf, signal })))
  if (differences.length === 0) differences.push(...(await compareFiles(files, truthByFile, store)))
  return differences
}

/** Whether there was something to compare and everything agreed. */
export function agrees({ files, withoutTruth, missing, unreadable, differences }: Verification): boolean {
  return files > 0 && [withoutTruth, missing, unreadable, differences].every(({ length }) => length === 0)
}
