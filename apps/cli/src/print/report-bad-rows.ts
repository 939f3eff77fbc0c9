import { type BadRow, type BadRowsError, badRowText } from '@minilake/import'
import { jsonText } from '@minilake/lake/format'
import { firstLines } from '@minilake/lake/text'
import { flagText } from '../options/flag-text.js'
import type { Outlet } from './report-lines.js'
import type { Terminal } from './terminal.js'

/** Lists bad rows and sets the exit code 1; `outcome` says what became of the command. */
export async function reportBadRows(
  error: BadRowsError,
  { terminal, json, fail }: Outlet & { terminal: Pick<Terminal, 'data'>; json: boolean },
  outcome: string,
): Promise<void> {
  const { count: total, rows } = error
  if (json) {
    await terminal.data(`${jsonText({ badRows: total, bad: inFlags(rows) }, 2)}\n`)
    throw new Error(outcome, { cause: error })
  }
  fail()
  badRowLines(rows, total).forEach((line) => terminal.warn(line))
  terminal.warn(`minilake: ${outcome}`)
}

/** Bad rows whose reasons name flags instead of a library's options. */
function inFlags(rows: readonly BadRow[]): BadRow[] {
  return rows.map((row) => ({ ...row, reason: flagText(row.reason) }))
}

/** The first bad rows, one line each. */
function badRowLines(rows: readonly BadRow[], total: number): string[] {
  const shown = firstLines(inFlags(rows).map(badRowText))
  const more = total - rows.length
  return more > 0 && rows.length <= 10 ? [...shown, `… and ${more.toLocaleString('en-US')} more`] : shown
}
