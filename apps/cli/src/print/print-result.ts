import { count } from '@minilake/lake/text'
import { UsageError } from '@minilake/lake'
import {
  type FileFormat,
  formatOfFile,
  formatRows,
  type WritableResult,
  writeResult,
} from '@minilake/lake/format'
import type { Terminal } from './terminal.js'

/** The options of how a result is printed. */
export interface PrintFlags {
  format?: FileFormat
  output?: string
  limit?: number
}

/** Where a result is printed. */
export interface PrintOutlet {
  terminal: Terminal
  /** Whether `--json` was given. */
  json: boolean
}

/** Prints a result in the requested format, or writes it to `--output`; notes when a table is cut short. Resolves with the number of rows. */
export async function printResult<R>(
  result: WritableResult<R>,
  outlet: PrintOutlet,
  flags: PrintFlags,
): Promise<number> {
  const { terminal } = outlet
  const { output } = flags
  const format = formatOf(outlet, flags)
  if (output !== undefined) {
    const rows = await writeResult(result, output, { format, limit: flags.limit ?? Infinity })
    terminal.note(`${count(rows, 'row')} in ${output}`)
    return rows
  }
  if (format === 'parquet')
    throw new UsageError('--format parquet expected a file to write to: add -o result.parquet')
  const limit = flags.limit ?? (format === 'table' ? 20 : Infinity)
  const { width } = terminal
  const rows = await formatRows(result, { format, limit, width, write: (text) => terminal.data(text) })
  if (format !== 'table') return rows
  if (rows > limit) {
    terminal.note(
      `first ${limit} of ${count(rows, 'row')} (--limit ${rows} shows all, --format csv writes them)`,
    )
  } else {
    terminal.note(count(rows, 'row'))
  }
  return rows
}

/** The format of a result: the one asked for, else that of the file's name, else JSON with `--json`, else a table. */
export function formatOf({ json }: Pick<PrintOutlet, 'json'>, { format, output }: PrintFlags): FileFormat {
  if (format !== undefined) return format
  if (output === undefined) return json ? 'json' : 'table'
  const found = formatOfFile(output)
  if (found !== undefined) return found
  throw new UsageError(
    `--output expected a name that ends in .parquet, .csv, .ndjson, .json or .txt, or a --format, got ${output}`,
  )
}
