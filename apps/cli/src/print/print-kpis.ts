import type { AlarmKpi, AlarmKpis } from '@minilake/analytics'
import { jsonText, tableText } from '@minilake/lake/format'
import type { ColumnType } from '@minilake/schema'
import { listedResult } from './listed-result.js'
import { formatOf, type PrintFlags, type PrintOutlet, printResult } from './print-result.js'

const signs = { 'at most': '≤', 'less than': '<', about: '~' } as const

const kpiColumns = {
  figure: 'varchar',
  value: 'double',
  limit: 'varchar',
  met: 'varchar',
  limit_from: 'varchar',
} as const satisfies Record<string, ColumnType>

/** Prints key performance indicators of alarms; below a table, the most frequent alarms. As JSON they are one document. */
export async function printKpis(
  { figures, ...kpis }: AlarmKpis,
  outlet: PrintOutlet,
  flags: PrintFlags,
): Promise<void> {
  const { terminal } = outlet
  const format = formatOf(outlet, flags)
  if (format === 'json') return terminal.data(`${jsonText({ ...kpis, figures }, 2)}\n`)
  if (format !== 'table') {
    // eslint-disable-next-line @typescript-eslint/require-await -- rows are iterated asynchronously
    async function* rows() {
      yield* figures.map(kpiRow)
    }
    await printResult(listedResult(kpiColumns, rows), outlet, flags)
    return
  }
  const { width } = terminal
  const columns = Object.entries(kpiColumns).map(([name, type]) => ({ name, type }))
  await terminal.data(tableText(columns, figures.map(kpiRow), { width }))
  if (kpis.badActors.length === 0) return
  const actors = kpis.badActors.map(({ percent, ...actor }) => ({ ...actor, percent: rounded(percent) }))
  const actorColumns = [
    { name: 'alarm', type: 'varchar' as const },
    ...['alarms', 'percent'].map((name) => ({ name, type: 'double' as const })),
  ]
  await terminal.data(`\n${tableText(actorColumns, actors, { width })}`)
}

function kpiRow({ figure, value, limit, target, isMet, limitFrom }: AlarmKpi) {
  return {
    figure,
    value: rounded(value),
    limit: target === undefined ? null : `${signs[target]} ${limit}`,
    met: isMet === undefined ? null : isMet ? 'yes' : 'no',
    limit_from: limitFrom ?? null,
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
