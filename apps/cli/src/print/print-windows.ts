import { type ResultRows, type WindowLength, windowMillis } from '@minilake/analytics'
import { alarmRuleOf, type Table } from '@minilake/schema'
import { chartText } from './chart.js'
import type { ChartPoint } from './chart-bins.js'
import { formatOf, type PrintFlags, type PrintOutlet, printResult } from './print-result.js'
import { zonedText } from './zoned-text.js'

/** A result of a row per window, and per source if there is `by`. */
export interface PrintedWindows {
  table: Table
  /** The column of the windows' starts. */
  time: string
  every: WindowLength
  /** The aggregates of each column; a result column is named `avg_pressure`. */
  select: Readonly<Record<string, readonly string[]>>
  by?: readonly string[]
  /** The zone on whose clock windows start, and in which a table, CSV and JSON have their starts. Default: UTC. */
  zone?: string | undefined
}

type WindowRow = Record<string, unknown>

/** The most series of a chart; no points of others are kept. */
const mostSeries = 6

/**
 * Prints windows; below a table, a chart of each column with its alarm limits: a line, or marks for several sources. It shows the first
 * aggregate other than min and max, and is shaded between these if both are there.
 */
export async function printWindows(
  result: ResultRows<WindowRow>,
  windows: PrintedWindows,
  outlet: PrintOutlet,
  flags: PrintFlags,
): Promise<number> {
  const format = formatOf(outlet, flags)
  const printed = (rows: typeof result) => (format === 'parquet' ? rows : inZone(rows, windows))
  if (flags.output !== undefined || format !== 'table') return printResult(printed(result), outlet, flags)
  const drawn = Object.entries(windows.select).map(([column, aggregates]) => ({
    column,
    shown: aggregates.find((each) => each !== 'min' && each !== 'max') ?? aggregates[0] ?? '',
    isBand: aggregates.includes('min') && aggregates.includes('max'),
    series: new Map<string, ChartPoint[] | undefined>(),
  }))
  const rows: typeof result = {
    ...{ columns: () => result.columns(), batches: () => result.batches() },
    async *[Symbol.asyncIterator]() {
      for await (const row of result) {
        for (const chart of drawn) addPoint(row, chart, windows)
        yield row
      }
    },
  }
  const count = await printResult(printed(rows), outlet, flags)
  const { table, every, zone = 'UTC' } = windows
  const { millis, name } = stepOf(every)
  for (const { column, shown, series } of drawn) {
    const meaning = meaningOf(shown, table.columns[column]?.comment)
    const chart = chartText(
      `${shown}_${column} by ${every === '1h' ? 'hour' : every}, ${zone}${zone === 'UTC' ? '' : ' (times in UTC)'}${meaning === undefined ? '' : `: ${meaning}`}`,
      [...series].map(([source, points = []]) => ({ name: source, points: withEnds(points, millis) })),
      {
        width: outlet.terminal.columns,
        stepMillis: millis,
        stepName: name,
        limits: isLevel(shown) ? limitsOf(table, column) : [],
        isAscii: outlet.terminal.isAscii,
      },
    )
    if (chart !== '') await outlet.terminal.data(`\n${chart}`)
  }
  return count
}

/** Windows with their starts as texts in their zone, unless that is UTC. */
function inZone(
  result: ResultRows<WindowRow>,
  { time, zone = 'UTC' }: PrintedWindows,
): ResultRows<WindowRow> {
  if (zone === 'UTC') return result
  const text = zonedText(zone)
  return {
    batches: () => result.batches(),
    columns: async () =>
      (await result.columns()).map((column) =>
        column.name === time ? { ...column, type: 'varchar' } : column,
      ),
    async *[Symbol.asyncIterator]() {
      for await (const row of result) yield { ...row, [time]: text(row[time] as Date) }
    },
  }
}

/** Prints hourly averages of columns, as `printWindows` does. */
export function printHourly(
  result: ResultRows<WindowRow>,
  { table, columns }: { table: Table; columns: readonly string[] },
  outlet: PrintOutlet,
  flags: PrintFlags,
): Promise<number> {
  const select = averagesOf(columns)
  return printWindows(result, { table, time: 'hour', every: '1h', select }, outlet, flags)
}

/** The selection of the average of each column. */
export function averagesOf(columns: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(columns.map((column) => [column, ['avg']]))
}

/** Whether an aggregate is a value of the column, so that a limit of the column applies to it. */
function isLevel(aggregate: string): boolean {
  return !['count', 'sum', 'stddev', 'rate'].includes(aggregate)
}

/** What the values of an aggregate are, from the comment of its column. */
function meaningOf(aggregate: string, comment: string | undefined): string | undefined {
  if (aggregate === 'count') return 'number of values'
  return comment !== undefined && aggregate === 'rate' ? `${comment}, per second` : comment
}

/** The alarm limits of a column. */
function limitsOf(table: Table, column: string): { name: string; value: number }[] {
  const { highLimit, alarms = [] } = table.columns[column] ?? {}
  const named = alarms.map((alarm) => alarmRuleOf(column, alarm))
  return [
    ...(highLimit === undefined ? [] : [{ name: 'highLimit', value: highLimit }]),
    ...named.map(({ name, limit }) => ({ name, value: limit })),
  ]
}

function addPoint(
  row: WindowRow,
  chart: { column: string; shown: string; isBand: boolean; series: Map<string, ChartPoint[] | undefined> },
  { time, by = [] }: PrintedWindows,
): void {
  const { column, shown, isBand, series } = chart
  const source = by.map((name) => String(row[name])).join(', ')
  if (!series.has(source)) series.set(source, series.size < mostSeries ? [] : undefined)
  const points = series.get(source)
  const numberOf = (aggregate: string) => {
    const value = row[`${aggregate}_${column}`]
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null
  }
  const value = numberOf(shown)
  if (value === null) return
  const band = isBand ? { min: numberOf('min'), max: numberOf('max') } : {}
  points?.push({ time: row[time] as Date, value, ...band })
}

/** Calendar windows differ in length: each ends where the next one begins, if that is no gap. */
function withEnds(points: readonly ChartPoint[], millis: number): ChartPoint[] {
  return points.map((point, index) => {
    const next = points[index + 1]?.time
    return next && next.getTime() - point.time.getTime() < 1.5 * millis ? { ...point, end: next } : point
  })
}

/** The length of windows, and what one is called. */
function stepOf(every: WindowLength): { millis: number; name: string } {
  const isCalendar = ['day', 'week', 'month'].includes(every)
  return { millis: windowMillis(every), name: isCalendar ? every : every === '1h' ? 'hour' : 'window' }
}
