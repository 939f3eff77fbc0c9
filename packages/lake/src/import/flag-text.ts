import type { BadRow } from '@minilake/import'

/** A library's sentence as the command line says it: an option named in backticks becomes its flag, `maxRows` --max-rows. */
export function flagText(text: string): string {
  return text.replace(
    /`([a-z][A-Za-z]*)`/g,
    (_, option: string) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  )
}

/** Bad rows whose reasons name flags instead of a library's options. */
export function inFlags(rows: readonly BadRow[]): BadRow[] {
  return rows.map((row) => ({ ...row, reason: flagText(row.reason) }))
}
