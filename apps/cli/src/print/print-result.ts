import type { ResultRows } from '@minilake/analytics'
import { chartText } from './chart.js'
import { printRows, type ResultFormat } from './result-format.js'
import type { Session } from '../session.js'
import { count } from '@minilake/lake'

/** The options of how a result is printed. */
export interface PrintFlags {
  format?: ResultFormat
  limit?: number
}

/** Prints hourly averages; below a table, a chart of each column. */
export async function printAverages(
  result: ResultRows<{ hour: Date }>,
  columns: readonly string[],
  session: Pick<Session, 'terminal' | 'json'>,
  flags: PrintFlags,
): Promise<void> {
  const kept: Record<string, Date | number | null>[] = []
  const drawsChart = formatOf(session, flags) === 'table'
  const rows: ResultRows<{ hour: Date }> = {
    columns: () => result.columns(),
    async *[Symbol.asyncIterator]() {
      for await (const row of result) {
        if (drawsChart) kept.push(row)
        yield row
      }
    },
  }
  await printResult(rows, session, flags)
  for (const column of drawsChart ? columns : []) {
    const points = kept.map((row) => ({
      time: row.hour as Date,
      value: row[`avg_${column}`] as number | null,
    }))
    const chart = chartText(`avg_${column} by hour, UTC`, points, { width: session.terminal.columns })
    if (chart !== '') await session.terminal.data(`\n${chart}`)
  }
}

/** Prints a result in the form asked for; a table that is cut short says so. */
export async function printResult<R>(
  result: ResultRows<R>,
  session: Pick<Session, 'terminal' | 'json'>,
  flags: PrintFlags,
): Promise<void> {
  const { terminal } = session
  const format = formatOf(session, flags)
  const limit = flags.limit ?? (format === 'table' ? 20 : Infinity)
  const rows = await printRows(result, { format, limit, write: (text) => terminal.data(text) })
  if (format !== 'table') return
  if (rows > limit) {
    terminal.note(
      `first ${limit} of ${count(rows, 'row')} (--limit ${rows} shows all, --format csv writes them)`,
    )
  } else {
    terminal.note(count(rows, 'row'))
  }
}

/** The form in which a result is printed: the one asked for, else JSON with --json, else a table. */
export function formatOf({ json }: Pick<Session, 'json'>, { format }: PrintFlags): ResultFormat {
  return format ?? (json ? 'json' : 'table')
}
