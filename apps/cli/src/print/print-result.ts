import type { ResultRows } from '@minilake/analytics'
import { count } from '@minilake/lake/text'
import type { Table } from '@minilake/schema'
import { chartText } from './chart.js'
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

/** Prints hourly averages; below a table, a chart of each column with its alarm limit. */
export async function printAverages(
  result: ResultRows<{ hour: Date } & Record<string, Date | number | null>>,
  { table, columns }: { table: Table; columns: readonly string[] },
  outlet: PrintOutlet,
  flags: PrintFlags,
): Promise<void> {
  const kept: ({ hour: Date } & Record<string, unknown>)[] = []
  const drawsChart = formatOf(outlet, flags) === 'table'
  const rows: typeof result = {
    columns: () => result.columns(),
    async *[Symbol.asyncIterator]() {
      for await (const row of result) {
        if (drawsChart) kept.push(row)
        yield row
      }
    },
  }
  await printResult(rows, outlet, flags)
  for (const column of drawsChart ? columns : []) {
    const points = kept.map(({ hour, [`avg_${column}`]: value }) => ({
      time: hour,
      value: typeof value === 'number' ? value : null,
    }))
    const { comment, highLimit } = table.columns[column] ?? {}
    const chart = chartText(
      `avg_${column} by hour, UTC${comment === undefined ? '' : `: ${comment}`}`,
      [{ name: column, points }],
      {
        width: outlet.terminal.columns,
        limits: highLimit === undefined ? [] : [{ name: 'highLimit', value: highLimit }],
        isAscii: outlet.terminal.isAscii,
      },
    )
    if (chart !== '') await outlet.terminal.data(`\n${chart}`)
  }
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
