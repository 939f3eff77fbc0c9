import type { ResultRows } from '@minilake/analytics'
import { count } from '@minilake/lake/text'
import { formatRows, type ResultFormat } from '@minilake/lake/format'
import type { Terminal } from './terminal.js'

/** The options of how a result is printed. */
export interface PrintFlags {
  format?: ResultFormat
  limit?: number
}

/** Where a result is printed. */
export interface PrintOutlet {
  terminal: Terminal
  /** Whether `--json` was given. */
  json: boolean
}

/** Prints a result in the requested format, and notes when a table is cut short. */
export async function printResult<R>(
  result: ResultRows<R>,
  outlet: PrintOutlet,
  flags: PrintFlags,
): Promise<void> {
  const { terminal } = outlet
  const format = formatOf(outlet, flags)
  const limit = flags.limit ?? (format === 'table' ? 20 : Infinity)
  const { width } = terminal
  const rows = await formatRows(result, { format, limit, width, write: (text) => terminal.data(text) })
  if (format !== 'table') return
  if (rows > limit) {
    terminal.note(
      `first ${limit} of ${count(rows, 'row')} (--limit ${rows} shows all, --format csv writes them)`,
    )
  } else {
    terminal.note(count(rows, 'row'))
  }
}

/** The format of a result: the one asked for, else JSON with `--json`, else a table. */
export function formatOf({ json }: Pick<PrintOutlet, 'json'>, { format }: PrintFlags): ResultFormat {
  return format ?? (json ? 'json' : 'table')
}
