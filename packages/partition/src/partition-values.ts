import { formatUtcDay, parseUtcDay, partitionsOf, type Table } from '@minilake/schema'

/** The first day that a partition can have, counted from 1970-01-01. */
export const firstDay = parseUtcDay('0001-01-01')

/** Partition values by name, outermost first, from one day per level, counted from 0001-01-01: `{ event_date: '2026-01-01' }`. */
export function partitionValues(table: Table, days: readonly number[]): Record<string, string> {
  const names = partitionsOf(table).map(([name]) => name)
  return Object.fromEntries(names.map((name, level) => [name, formatUtcDay((days[level] ?? 0) + firstDay)]))
}
