import type { StoredObject } from '@minilake/ingest'
import type { Table } from '@minilake/schema'
import type { Condition } from '../condition/condition.js'
import { matchingRows } from '../condition/matching-rows.js'
import type { LakeStore } from '../lake-backend.js'
import type { DuckDbLimits } from '../open/duckdb-limits.js'
import { storedRows } from '../replace/stored-rows.js'
import type { RemovalScope, Share } from './removal-scope.js'

/** A data file, and how much of it is chosen, whatever import it is of. */
export interface JudgedFile {
  object: StoredObject
  /** Null where the file was not looked into. */
  rows: number | null
  imports: readonly string[]
  share: Share
}

/** A removal from a table, and what it reads with. */
export interface RemovalContext {
  table: Table
  scope: RemovalScope
  /** Only files that come from this import are meant. */
  importId: string | undefined
  store: LakeStore
  duckDb: DuckDbLimits
  signal: AbortSignal
}

/** The files of a folder by what becomes of them. */
export interface SplitFiles {
  /** They go. */
  whole: JudgedFile[]
  /** Some of their rows go. */
  rewritten: JudgedFile[]
  /** They stay. */
  others: JudgedFile[]
  /** Rows that go; null where files were not looked into. */
  rows: number | null
}

/** How much of a file goes. */
export function shareOf(
  { share, imports }: Pick<JudgedFile, 'share' | 'imports'>,
  importId: string | undefined,
): Share {
  return importId === undefined || (imports.length === 1 && imports[0] === importId) ? share : 'none'
}

/** Finds out what becomes of the files of a folder; reads the rows of those for which their footers do not tell. */
export async function splitFiles(
  files: readonly JudgedFile[],
  { table, scope: { condition }, importId, ...reading }: RemovalContext,
): Promise<SplitFiles> {
  const of = (share: Share) => files.filter((file) => shareOf(file, importId) === share)
  const [whole, rewritten, others, read] = [of('all'), [] as JudgedFile[], of('none'), of('some')]
  let rows = whole.reduce<number | null>(
    (sum, file) => (sum === null || file.rows === null ? null : sum + file.rows),
    0,
  )
  const counts = condition ? await countMatches(table, read, condition, reading) : []
  for (const [index, file] of read.entries()) {
    const matches = counts[index] ?? 0
    if (rows !== null) rows += matches
    const kind = matches === 0 ? others : matches === file.rows ? whole : rewritten
    kind.push(file)
  }
  return { whole, rewritten, others, rows }
}

/** For each file, the number of rows for which a condition is true. */
async function countMatches(
  table: Table,
  files: readonly JudgedFile[],
  condition: Condition,
  { store, ...reading }: Pick<RemovalContext, 'store' | 'duckDb' | 'signal'>,
): Promise<number[]> {
  const counts = files.map(() => 0)
  const objects = files.map(({ object }) => object)
  let file = 0
  let left = files[0]?.rows ?? 0
  for await (const batch of storedRows(table, objects, store, reading)) {
    for (const matches of matchingRows(condition, batch)) {
      while (left === 0) left = files[(file += 1)]?.rows ?? Infinity
      counts[file] = (counts[file] ?? 0) + matches
      left -= 1
    }
  }
  return counts
}
