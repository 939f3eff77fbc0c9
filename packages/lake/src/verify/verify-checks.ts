import { QueryError, type SqlEngine } from '@minilake/analytics'
import type { StoredObject } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import { readableFooter } from '../files/lake-file.js'
import { mappedInOrder } from '../files/mapped-in-order.js'
import { dataFilesOf, type LakeBackend } from '../lake-backend.js'
import { parseRowsKey } from '../write/stage-file.js'
import { type CheckedFile, compareChecks } from './compare-checks.js'
import { unreadableFiles } from './unreadable-files.js'
import type { Verification } from './verify-table.js'

/**
 * Compares what an engine reads from a table without a simulation with the counts and bounds that its files carry. Files that the engine
 * cannot read are named and left out.
 */
export async function verifyChecks(
  table: Table,
  lake: Pick<LakeBackend, 'servers' | 'store' | 'openEngineOver'>,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<Verification> {
  const { store } = lake
  const files: CheckedFile[] = []
  const unreadable = new Map<string, string>()
  const withoutTruth: string[] = []
  const differences: string[] = []
  const keyOfRows = new Map<string, string>()
  const look = async (object: StoredObject) => {
    signal.throwIfAborted()
    return { key: object.key, footer: await readableFooter(object, store) }
  }
  for await (const { key, footer } of mappedInOrder(dataFilesOf(table, store), look)) {
    if (footer instanceof Error) {
      unreadable.set(key, footer.message)
      continue
    }
    const { rowCount, checks, rowsSha256 = '' } = footer
    const twin = rowCount === 0 || rowsSha256 === '' ? undefined : keyOfRows.get(rowsSha256)
    keyOfRows.set(rowsSha256, twin ?? key)
    const named = parseRowsKey(key)?.digits
    if (checks === undefined) withoutTruth.push(key)
    else if (checks.rows !== rowCount)
      differences.push(`${key}: expected the ${checks.rows} rows that its writer counted, got ${rowCount}`)
    else if (named !== undefined && !rowsSha256.startsWith(named))
      differences.push(`${key}: expected the rows that its name stands for, got others`)
    else if (twin !== undefined) differences.push(`${key}: has the same rows as ${twin}, so they count twice`)
    files.push({ key, rows: rowCount, columns: checks?.columns ?? {} })
  }
  const compare = (some: readonly CheckedFile[], over: SqlEngine) => compareChecks(table, some, over, signal)
  // A file that says nothing of its rows makes every sum differ.
  if (differences.length === 0 && withoutTruth.length === 0 && files.length > 0) {
    const found = await compare(files, engine).catch(async (failure: unknown) => {
      signal.throwIfAborted()
      if (!(failure instanceof QueryError)) throw failure
      const { readable, others, unreadable: more } = await unreadableFiles(table, lake, { failure, signal })
      for (const [key, reason] of more) unreadable.set(key, reason)
      const rest = files.filter(({ key }) => readable.includes(key))
      if (rest.length === 0) return []
      const over = await lake.openEngineOver(table, readable, others)
      try {
        return await compare(rest, over)
      } finally {
        await over.close()
      }
    })
    differences.push(...found)
  }
  const compared = files.filter(({ key }) => !unreadable.has(key))
  return {
    table: table.name,
    source: 'checks',
    files: compared.length - withoutTruth.length,
    hours: 0,
    rows: compared.reduce((sum, { rows }) => sum + rows, 0),
    alarmRows: 0,
    alarms: 0,
    isOrderCompared: false,
    withoutTruth,
    missing: [],
    unreadable: [...unreadable].map(([key, reason]) => ({ key, reason })),
    differences,
  }
}
