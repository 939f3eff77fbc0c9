import type { TimeRange } from '@minilake/analytics'
import {
  eventTimeColumn,
  formatUtcDay,
  millisPerDay,
  parsePartitionPath,
  partitionsOf,
  type Table,
} from '@minilake/schema'

/**
 * Tells by the partition in a data file's key whether the file may hold readings of a range of time. Throws a TypeError for a range of a table
 * without times.
 */
export function inDaysOf(table: Table, { from, to }: TimeRange): (key: string) => boolean {
  const time = from || to ? eventTimeColumn(table) : undefined
  const days = partitionsOf(table).filter(([, partition]) => partition.from === time)
  const [firstDay, lastDay] = [from && dayOf(from.getTime()), to && dayOf(to.getTime() - 1)]
  return (key) => {
    const values = parsePartitionPath(key)
    return days
      .map(([name]) => values[name] ?? '')
      .every((day) => !(firstDay && day < firstDay) && !(lastDay && day > lastDay))
  }
}

function dayOf(millis: number): string {
  return formatUtcDay(Math.floor(millis / millisPerDay))
}
