import { freeSql, type SqlEngine } from '@minilake/analytics'
import { batchColumn, rowsChecksum } from '@minilake/catalog'
import { columnsOf, quoteIdentifier, sqlTableName, type Table } from '@minilake/schema'
import type { LakeStore } from '../lake-backend.js'
import { firstLines } from '../text.js'
import { checkColumns, rowDifferences } from '../verify/compare-checks.js'
import { digitsOf, isSameBatch, rowsDigits } from './batch.js'
import { type BatchChecks, longestMillis, type RecordedChange, recordedChanges } from './change-record.js'

/** What was compared with the records of the changes of an Iceberg table. */
export interface VerifiedBatches {
  files: number
  rows: number
  /** Rows that no record tells of. */
  withoutTruth: string[]
  /** Data files whose rows were added and not taken away, but are gone. */
  missing: string[]
  differences: string[]
}

/**
 * Compares the rows of an Iceberg table, by the data file that they came from, with what was recorded before they were put in: their number, a
 * checksum of all values, counts and bounds. Of a file of which a later change took rows, or a change at the same time may have, the rest is
 * compared: there are no more rows, and none beyond the bounds. Files in `others`, by the `keyDigits` of their keys, are left out.
 */
export async function verifyBatches(
  table: Table,
  store: LakeStore,
  engine: SqlEngine,
  { others, signal }: { others: ReadonlySet<string>; signal: AbortSignal },
): Promise<VerifiedBatches> {
  const changes = await recordedChanges(table, store, signal)
  const known = new Map<string, Recorded>()
  for (const recorded of changes.flatMap((change) => addedBy(change, changes))) {
    const id = recorded.checks.batch.slice(0, rowsDigits)
    if (others.has(digitsOf(id))) continue
    const former = known.get(id)
    if (former === undefined || recorded.isWhole || !former.isWhole) known.set(id, recorded)
  }
  const result: VerifiedBatches = { files: 0, rows: 0, withoutTruth: [], missing: [], differences: [] }
  const wholes = [...new Set([...known.values()].map(({ checks }) => columnsText(checks)))]
  const seen = new Set<string>()
  for await (const row of engine.query(freeSql(batchesSql(table, wholes)), { signal })) {
    const id = (row['batch_id'] as string | null) ?? ''
    if (others.has(digitsOf(id))) continue
    seen.add(id)
    const found = known.get(id)
    if (found === undefined) {
      const rows = Number(row['row_count'])
      result.withoutTruth.push(id === '' ? `a batch without a name (${rows} rows)` : `batch ${id}`)
      continue
    }
    result.files += 1
    result.rows += Number(row['row_count'])
    const checksum = row[`checksum_${wholes.indexOf(columnsText(found.checks))}`]
    const difference = differenceOf(table, found, row, checksum)
    if (difference !== undefined) result.differences.push(difference)
  }
  for (const [id, { checks, isWhole }] of known) if (isWhole && !seen.has(id)) result.missing.push(checks.key)
  result.differences.sort()
  return result
}

/** The rows of a data file as a change recorded them. */
interface Recorded {
  checks: BatchChecks
  /** Whether all of them must be there still. */
  isWhole: boolean
}

function addedBy(change: RecordedChange, changes: readonly RecordedChange[]): Recorded[] {
  const whole = new Set(change.whole)
  return change.adds.map((checks) => ({
    checks,
    isWhole:
      whole.has(checks.batch) &&
      !changes.some((other) => other !== change && mayTake(other, change, checks.batch)),
  }))
}

/** Whether a change may have taken rows of a batch that another change added. */
function mayTake(change: RecordedChange, added: RecordedChange, batch: string): boolean {
  if (change.takes === undefined) return false
  const endOf = ({ begunAt, endedAt = begunAt + longestMillis }: RecordedChange) => endedAt
  // It takes rows that it has not seen if they come between its look at the table and its statement.
  const isBeside = change.begunAt <= endOf(added) && added.begunAt <= endOf(change)
  const isNamed = change.takes.some((taken) => isSameBatch(taken, batch) || digitsOf(batch) === taken)
  return isBeside || (isNamed && change.begunAt >= added.begunAt)
}

/** Rows, counts and bounds by batch, with the checksum over each of some lists of columns. */
function batchesSql(table: Table, lists: readonly string[]): string {
  const names = new Set(columnsOf(table).map(([name]) => name))
  const checksums = lists.flatMap((list, index) => {
    const columns = JSON.parse(list) as string[]
    const isThere = columns.length > 0 && columns.every((name) => names.has(name))
    return isThere ? [`${rowsChecksum(table, columns)} AS checksum_${index}`] : []
  })
  const batch = `substr(${quoteIdentifier(batchColumn)}, 1, ${rowsDigits}) AS batch_id`
  return `SELECT\n  ${[batch, ...checkColumns(table), ...checksums].join(',\n  ')}\nFROM ${sqlTableName(table)}\nGROUP BY 1`
}

function columnsText({ checksum }: BatchChecks): string {
  return JSON.stringify(checksum?.of ?? [])
}

function differenceOf(
  table: Table,
  { checks, isWhole }: Recorded,
  row: Readonly<Record<string, unknown>>,
  checksum: unknown,
): string | undefined {
  const { key, rows, columns } = checks
  const found = Number(row['row_count'])
  if (isWhole ? found !== rows : found > rows)
    return `${key}: expected ${isWhole ? '' : 'at most '}${rows} rows, got ${found}`
  const isPart = found < rows
  const differences = columns ? rowDifferences(table, [{ columns }], row, { isPart }) : []
  if (differences.length > 0) return `${key}: ${firstLines(differences, 2).join('; ')}`
  const isOther = typeof checksum === 'string' && checks.checksum && checksum !== checks.checksum.hex
  return !isPart && isOther ? `${key}: has other values than were put in` : undefined
}
