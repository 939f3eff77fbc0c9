import type { SqlEngine } from '@minilake/analytics'
import { truthKey, truthSubject } from '@minilake/generator'
import type { ObjectStore } from '@minilake/ingest'
import { type Table, tablePrefix } from '@minilake/schema'
import { dataFilesOf, type LakeBackend } from '../lake-backend.js'
import { truthFilesOf } from '../truth/truth-file.js'
import { parseRowsKey } from '../write/stage-file.js'
import { verifyChecks } from './verify-checks.js'
import { type Verification, verifyTable } from './verify-table.js'

type VerifiedLake = Pick<LakeBackend, 'servers' | 'store' | 'rowOrderOf' | 'openEngineOver'>

/**
 * Compares a table that has a simulation with its truth, and the files of imported and written rows in it, of which the simulation knows
 * nothing, with the counts and bounds that they carry. The same holds for rows left of simulated files from which others were removed.
 */
export async function verifySimulated(
  table: Table,
  lake: VerifiedLake,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<Verification> {
  const truths = new Set<string>()
  for await (const { key } of truthFilesOf(table, lake.store)) truths.add(key)
  const [own, simulated]: [string[], string[]] = [[], []]
  for await (const { key } of dataFilesOf(table, lake.store))
    (parseRowsKey(key) !== undefined && !truths.has(truthKey(key)) ? own : simulated).push(key)
  if (own.length === 0) return verifyTable(table, lake, engine, signal)
  if (simulated.length === 0)
    return {
      ...(await verifyChecks(table, lake, engine, signal)),
      missing: [...truths].map(truthSubject),
    }
  const one = await overPart(verifyTable, table, { lake, part: simulated, rest: own, signal })
  const other = await overPart(verifyChecks, table, { lake, part: own, rest: simulated, signal })
  return {
    ...one,
    files: one.files + other.files,
    rows: one.rows + other.rows,
    withoutTruth: [...one.withoutTruth, ...other.withoutTruth],
    unreadable: [...one.unreadable, ...other.unreadable],
    differences: [...one.differences, ...other.differences],
  }
}

/** Verifies some data files of a table as if there were no others. */
async function overPart(
  verify: typeof verifyTable,
  table: Table,
  {
    lake,
    part,
    rest,
    signal,
  }: { lake: VerifiedLake; part: readonly string[]; rest: readonly string[]; signal: AbortSignal },
): Promise<Verification> {
  const { store, servers, rowOrderOf } = lake
  const [wanted, left] = [new Set(part), new Set(rest)]
  const others: string[] = []
  for await (const { key } of store.list(tablePrefix(table))) if (!wanted.has(key)) others.push(key)
  const list: ObjectStore['list'] = async function* (prefix) {
    for await (const object of store.list(prefix)) if (!left.has(object.key)) yield object
  }
  const partial: VerifiedLake = {
    ...(servers && { servers }),
    ...(rowOrderOf && { rowOrderOf }),
    store: Object.create(store, { list: { value: list } }) as typeof store,
    openEngineOver: (of, keys, unwanted) => lake.openEngineOver(of, keys, [...unwanted, ...rest].sort()),
  }
  const engine = await lake.openEngineOver(table, part, others)
  try {
    return await verify(table, partial, engine, signal)
  } finally {
    await engine.close()
  }
}
