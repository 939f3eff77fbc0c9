import {
  alarmEpisodes,
  type Query,
  type SqlEngine,
  sqlText,
  tableSummary,
  type TimeRange,
  windows,
  type WindowLength,
} from '@minilake/analytics'
import type {
  Report,
  ReportAlarm,
  ReportColumn,
  ReportDay,
  ReportSource,
  ReportWindow,
} from '@minilake/report'
import {
  alarmRulesOf,
  columnsOf,
  millisPerDay,
  numericColumns,
  parsePartitionPath,
  partitionsOf,
  type Table,
} from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import { inDaysOf } from '../files/in-days-of.js'
import { filesPerDay } from '../iceberg/data-files.js'
import { isIceberg } from '../iceberg/is-iceberg.js'
import { dataFilesOf, type LakeBackend, type LakeStore } from '../lake-backend.js'

/** Which readings of a table to report on. */
export interface ReportOptions extends TimeRange {
  signal: AbortSignal
}

/** At most so many points per chart and per small picture, so many sources, and so many alarms are in a report. */
const [mostWindows, mostSourceWindows, mostSources, mostAlarms] = [700, 60, 200, 1000]

const lengths: readonly [WindowLength, millis: number][] = [
  ['1s', 1000],
  ['5s', 5000],
  ['15s', 15_000],
  ['1m', 60_000],
  ['5m', 300_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['6h', 21_600_000],
  ['day', millisPerDay],
  ['week', 7 * millisPerDay],
  ['month', 31 * millisPerDay],
]
const engineNames = { embedded: 'DuckDB', stack: 'Trino' } as const

/**
 * What a table holds in a range of time: windows of each numeric column, sources, alarms, and files by day. The engine aggregates, so the
 * size of a report does not grow with the rows. Throws a TypeError for a range of a table without times; rejects as queries do.
 */
export async function tableReport(
  table: Table,
  { store, profile }: Pick<LakeBackend, 'store' | 'profile'>,
  engine: SqlEngine,
  { signal, ...range }: ReportOptions,
): Promise<Report> {
  const statements: Report['statements'] = []
  const ask = <R>(title: string, query: Query<R>) => {
    statements.push({ title, sql: sqlText(query, engine.dialect) })
    return engine.query(query, { signal })
  }
  let summary: { rows: bigint; first: Date | null; last: Date | null } = { rows: 0n, first: null, last: null }
  for await (const row of ask('Rows, first and last reading', tableSummary(table, range))) summary = row
  const { rows, first, last } = summary
  const span = first && last ? last.getTime() - first.getTime() : 0
  const [every, sourcesEvery] = [lengthFor(span, mostWindows), lengthFor(span, mostSourceWindows)]
  const names = first ? numericColumns(table) : []
  const identity = columnsOf(table).flatMap(([name, { type }]) => (type === 'varchar' ? [name] : []))

  const rules = first ? alarmRulesOf(table) : []

  const columns = names.map((name): ReportColumn => {
    const comment = table.columns[name]?.comment
    const limits = rules.flatMap(({ column, limit }) => (column === name ? [limit] : []))
    return {
      name,
      ...(comment !== undefined && { comment }),
      limits: [...new Set(limits)],
      windows: [],
    }
  })
  if (names.length > 0) {
    const select = Object.fromEntries(names.map((name) => [name, ['avg', 'min', 'max'] as const]))
    const query = windows<Table, typeof select>(table, { every, select, ...range })
    for await (const row of ask(`Windows of ${every}`, query))
      for (const column of columns) column.windows.push(windowOf(row, column.name))
  }

  const sources: ReportSource[] = []
  let hasMoreSources = false
  const [main] = names
  if (main !== undefined && identity.length > 0) {
    const select = { [main]: ['avg', 'min', 'max'] as const }
    const query = windows<Table, typeof select, string>(table, {
      every: sourcesEvery,
      by: identity,
      select,
      ...range,
    })
    for await (const row of ask(`${main} of each source`, query)) {
      const name = sourceName(row, identity)
      if (sources.at(-1)?.name !== name) {
        hasMoreSources = sources.length === mostSources
        if (hasMoreSources) break
        sources.push({ name, windows: [] })
      }
      sources.at(-1)?.windows.push(windowOf(row, main))
    }
  }

  const alarms: ReportAlarm[] = []
  let alarmCount = 0
  if (rules.length > 0) {
    const columnOf = new Map(rules.map(({ name, column }) => [name, column]))
    const query = alarmEpisodes<Table, string>(table, { rules, by: identity, ...range })
    for await (const row of ask('Alarms', query)) {
      alarmCount += 1
      if (alarms.length === mostAlarms) continue
      const { rule, severity, start, end, peak } = row
      const column = columnOf.get(rule) ?? ''
      alarms.push({ rule, severity, column, source: sourceName(row, identity), start, end, peak })
    }
  }

  return {
    table: table.name,
    ...(table.comment !== undefined && { comment: table.comment }),
    location: store.location,
    engine: engineNames[profile],
    rows,
    first,
    last,
    every,
    columns,
    sources,
    sourcesEvery,
    hasMoreSources,
    alarms,
    alarmCount,
    days: daysIn(
      table,
      range,
      isIceberg({ profile }, table)
        ? await filesPerDay(table, engine, signal)
        : await filesInStore(table, store, signal),
    ),
    statements,
  }
}

/** The shortest length of windows of which a span of time takes at most so many. */
function lengthFor(spanMillis: number, most: number): WindowLength {
  const [name] = lengths.find(([, millis]) => spanMillis / millis < most) ?? ['month']
  return name
}

function windowOf(row: object, column: string): ReportWindow {
  const values = row as Record<string, unknown>
  const value = (aggregate: string) => values[`${aggregate}_${column}`] as number | null
  return { start: values.start as Date, avg: value('avg'), min: value('min'), max: value('max') }
}

function sourceName(row: object, identity: readonly string[]): string {
  const texts = row as Record<string, string | null>
  return identity.map((name) => texts[name] ?? 'no name').join(' / ')
}

/** Some files of a table, by a key or a folder that names their partition. */
interface PartitionFiles {
  key: string
  files: number
  bytes: number
}

/** Files and bytes of each day in a range, in order; of all files under '' for a table that has no partitions by day. */
function daysIn(table: Table, range: TimeRange, found: readonly PartitionFiles[]): ReportDay[] {
  const [level] = partitionsOf(table).map(([name]) => name)
  const isInRange = inDaysOf(table, range)
  const days = new Map<string, ReportDay>()
  for (const { key, files, bytes } of found) {
    if (!isInRange(key)) continue
    const day = level === undefined ? '' : (parsePartitionPath(key)[level] ?? '')
    const sum = days.get(day) ?? { day, files: 0, bytes: 0 }
    days.set(day, { day, files: sum.files + files, bytes: sum.bytes + bytes })
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1))
}

async function filesInStore(table: Table, store: LakeStore, signal: AbortSignal): Promise<PartitionFiles[]> {
  const folders = new Map<string, PartitionFiles>()
  for await (const { key, size } of dataFilesOf(table, store)) {
    signal.throwIfAborted()
    const folder = folderOf(key)
    const { files, bytes } = folders.get(folder) ?? { files: 0, bytes: 0 }
    folders.set(folder, { key: folder, files: files + 1, bytes: bytes + size })
  }
  return [...folders.values()]
}
