import type { KeyValue } from 'hyparquet'
import type { ColumnChecks, ColumnCounts } from './column-checks.js'
import { rowsDigest } from './rows-digest.js'

/** Name of the key-value entry of a file that holds the identity of its rows. */
export const rowsEntry = 'minilake.rows.sha256'

/** Name of the key-value entry of a file that holds its counts and bounds. */
export const checksEntry = 'minilake.checks'

/** What a file's writer counted, to compare with what an engine reads. */
export interface FileChecks {
  readonly version: 1
  readonly rows: number
  readonly columns: Readonly<Record<string, ColumnCounts>>
}

/** The key-value entries of a file, and the identity of its rows. Ends the checks of its columns. */
export function checkEntries(
  rowCount: number,
  columns: readonly ColumnChecks[],
): { rowsSha256: string; entries: KeyValue[] } {
  const found = columns.map((column) => column.finish())
  const digests = found.map(({ digest }) => digest)
  const counts = Object.fromEntries(found.map(({ digest, counts }) => [digest.name, counts]))
  const checks: FileChecks = { version: 1, rows: rowCount, columns: counts }
  const rowsSha256 = rowsDigest(rowCount, digests)
  return {
    rowsSha256,
    entries: [
      { key: rowsEntry, value: rowsSha256 },
      { key: checksEntry, value: JSON.stringify(checks) },
    ],
  }
}

/** The checks in an entry of a file; undefined for a version that this code does not know, and for damaged text. */
export function parseChecks(text: string | undefined): FileChecks | undefined {
  if (text === undefined) return undefined
  try {
    const checks = JSON.parse(text) as Partial<FileChecks> | null
    const isKnown =
      checks?.version === 1 && Number.isSafeInteger(checks.rows) && typeof checks.columns === 'object'
    return isKnown ? (checks as FileChecks) : undefined
  } catch {
    return undefined
  }
}
