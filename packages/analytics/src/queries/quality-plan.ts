import { isNumeric, numericColumns, type Table } from '@minilake/schema'
import {
  defaultStuck,
  defaultYears,
  type QualityCheck,
  qualityChecks,
  type QualityOptions,
  type RowsInFileOrder,
  type StuckLimit,
} from './quality-options.js'
import type { TimeRange } from './time-range.js'

/** One check, of a column where it is about values. */
export interface WantedCheck {
  check: QualityCheck
  column?: string
  range?: readonly [least: number, greatest: number]
}

/** What to look for in a table. */
export interface QualityPlan {
  /** The names of the columns that identify a source. */
  identity: readonly string[]
  checks: readonly WantedCheck[]
  /** undefined: to be inferred for each source. */
  intervalMillis: number | undefined
  /** undefined: the time and the columns that identify a source. */
  key: readonly string[] | undefined
  stuck: StuckLimit
  /** The times that can be right: at or after `from` and before `to`. */
  clock: { from: Date; to: Date }
  rowsInFileOrder: RowsInFileOrder | undefined
  range: TimeRange
}

/** Options with their defaults, checked. */
export function qualityPlan(
  table: Table,
  {
    checks = qualityChecks,
    columns = numericColumns<Table>(table),
    intervalSeconds = table.intervalSeconds,
    key = table.key,
    stuck = defaultStuck,
    ranges,
    years = defaultYears,
    rowsInFileOrder,
    from,
    to,
  }: QualityOptions<Table, string>,
  identity: readonly string[],
): QualityPlan {
  const subject = `quality of table ${table.name}`
  const unknown = checks.find((check) => !qualityChecks.includes(check))
  if (unknown !== undefined)
    throw new TypeError(`${subject}: \`checks\` expected ${qualityChecks.join(', ')}, got ${unknown}`)
  for (const name of key ?? [])
    if (!Object.hasOwn(table.columns, name))
      throw new TypeError(`${subject}: \`key\` expected columns of the table, got ${name}`)
  for (const name of [...columns, ...Object.keys(ranges ?? {})]) {
    const type = Object.hasOwn(table.columns, name) ? table.columns[name]?.type : undefined
    if (type === undefined || !isNumeric[type])
      throw new TypeError(`${subject} expected numeric columns, got ${name} (${type ?? 'no such column'})`)
  }
  if (intervalSeconds !== undefined && !(Math.round(intervalSeconds * 1000) >= 1 && intervalSeconds < 1e9))
    throw new RangeError(
      `${subject}: \`intervalSeconds\` expected seconds from 0.001, got ${intervalSeconds}`,
    )
  const least = 'readings' in stuck ? stuck.readings : stuck.seconds
  const isFit = 'readings' in stuck ? Number.isSafeInteger(least) && least >= 2 : least > 0 && least < 1e9
  if (!isFit)
    throw new RangeError(
      `${subject}: \`stuck\` expected at least 2 readings, or seconds above 0, got ${least}`,
    )
  for (const [name, range] of Object.entries(ranges ?? {}))
    if (range && !(Number.isFinite(range[0]) && Number.isFinite(range[1]) && range[0] < range[1]))
      throw new RangeError(
        `${subject}: \`ranges\` expected a least and a greater number for ${name}, got ${range.join(', ')}`,
      )
  const [first, last] = years
  if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 1 && last <= 9998 && first <= last))
    throw new RangeError(
      `${subject}: \`years\` expected a first and a last year from 1 to 9998, got ${years.join(', ')}`,
    )
  const rangeOf = (name: string) => ranges?.[name] ?? table.columns[name]?.range
  const wanted = (check: QualityCheck): WantedCheck[] => {
    if (!checks.includes(check)) return []
    if (check === 'gap' || check === 'duplicate' || check === 'wrong_clock') return [{ check }]
    if (check === 'out_of_order') return rowsInFileOrder ? [{ check }] : []
    return columns.flatMap((column): WantedCheck[] => {
      const range = rangeOf(column)
      if (check === 'out_of_range') return range ? [{ check, column, range }] : []
      return check === 'stuck' || canBeNaN(table, column) ? [{ check, column }] : []
    })
  }
  return {
    identity,
    checks: qualityChecks.flatMap(wanted),
    intervalMillis: intervalSeconds === undefined ? undefined : Math.round(intervalSeconds * 1000),
    key,
    stuck,
    clock: { from: yearStart(first), to: yearStart(last + 1) },
    rowsInFileOrder: checks.includes('out_of_order') ? rowsInFileOrder : undefined,
    range: { ...(from && { from }), ...(to && { to }) },
  }
}

function canBeNaN(table: Table, name: string): boolean {
  const type = table.columns[name]?.type
  return type === 'double' || type === 'real'
}

function yearStart(year: number): Date {
  return new Date(Date.parse(`${String(year).padStart(4, '0')}-01-01T00:00:00Z`))
}
