import type { Footer } from '@minilake/parquet'
import {
  describeValue,
  eventTimeColumn,
  findUtcDay,
  millisPerDay,
  parsePartitionPath,
  partitionsOf,
  retentionDays,
  type Table,
  tablePrefix,
} from '@minilake/schema'
import type { Condition } from '../condition/condition.js'
import { parseCondition } from '../condition/parse-condition.js'
import { UsageError } from '../usage-error.js'

/** Which rows of a table to remove: those to which all that is given applies; without any of it, all rows. */
export interface RemovalChoice {
  /** First moment. Default: the table's first. */
  from?: Date
  /** The moment after the last. Default: the table's last. */
  to?: Date
  /** A condition such as `"pump_id = 'p1' AND pressure > 100"`: rows for which it is true go. */
  where?: string
  /** The ID of an import, or its first digits, at least eight: rows of files that come from this import only. */
  import?: string
  /** Rows of UTC days that ended at least this many days before `now`. */
  olderThanDays?: number
  /** As `olderThanDays` with the table's `retention`. */
  expired?: boolean
  /** The present, for `olderThanDays` and `expired`. Default: the time of the call. */
  now?: Date
}

/** How much of a folder or a file goes. */
export type Share = 'all' | 'some' | 'none'

/** The rows that a removal is about, as far as names and footers tell. */
export interface RemovalScope {
  /** How much of a folder goes, by its key prefix: with `some`, the files' footers must be read. */
  ofFolder(folder: string): Share
  /** How much of a file goes, by its footer, whatever import it is of: with `some`, its rows must be read. */
  ofFile(footer: Pick<Footer, 'rowCount' | 'columns'>): Share
  /** What is true for the rows that go; undefined if all rows go. */
  condition: Condition | undefined
  /** Whether everything goes, also what is in the folder of no day. */
  isEverything: boolean
}

/** Throws a UsageError for what contradicts itself, or does not fit the table. */
export function removalScope(table: Table, choice: RemovalChoice): RemovalScope {
  const { from, to } = rangeOf(table, choice)
  const where = choice.where === undefined ? undefined : parseCondition(table, choice.where)
  const isByFile = choice.import !== undefined
  if (from === undefined && to === undefined)
    return {
      ofFolder: (folder) => (isByFile || where ? (isOfDay(table, folder) ? 'some' : 'none') : 'all'),
      ofFile: ({ rowCount }) => (rowCount === 0 && !isByFile ? 'none' : where ? 'some' : 'all'),
      condition: where,
      isEverything: !isByFile && where === undefined,
    }
  const time = eventTime(table, 'no range')
  const inRange = shareOfRange(from?.getTime() ?? -Infinity, to?.getTime() ?? Infinity)
  const partition = dayPartition(table)
  const column = table.columns[time] as Table['columns'][string]
  const bound = (operator: '>=' | '<', moment: Date | undefined): Condition[] =>
    moment === undefined
      ? []
      : [{ kind: 'compare', name: time, column, operator, value: BigInt(moment.getTime()) * 1000n }]
  return {
    ofFolder: (folder) => {
      if (!isOfDay(table, folder)) return 'none'
      if (partition === undefined) return 'some'
      const start = (dayOf(table, folder, partition) ?? 0) * millisPerDay
      const share = inRange(start, start + millisPerDay - 1)
      return share === 'all' && (isByFile || where) ? 'some' : share
    },
    ofFile: ({ rowCount, columns }) => {
      if (rowCount === 0) return 'none'
      const { min, max } = columns.find(({ name }) => name === time) ?? {}
      // Before 1970, statistics are rounded up to milliseconds.
      const isKnown = min instanceof Date && max instanceof Date && min.getTime() > 0
      const share = isKnown ? inRange(min.getTime(), max.getTime()) : 'some'
      return share === 'all' && (where || column.nullable === true) ? 'some' : share
    },
    condition: { kind: 'and', terms: [...bound('>=', from), ...bound('<', to), ...(where ? [where] : [])] },
    isEverything: false,
  }
}

/** The range of a removal, given as such or as an age. */
function rangeOf(table: Table, choice: RemovalChoice): { from?: Date | undefined; to?: Date | undefined } {
  const { from, to, expired = false, now = new Date() } = choice
  for (const [name, time] of Object.entries({ from, to }))
    if (time !== undefined && !(time instanceof Date && !Number.isNaN(time.getTime())))
      throw new TypeError(`remove expected a Date as \`${name}\`, got ${describeValue(time)}`)
  if (expired && choice.olderThanDays !== undefined)
    throw new UsageError('remove expected `olderThan` or `expired`, got both')
  const days = expired ? retentionOf(table) : choice.olderThanDays
  if (days === undefined) {
    if (from !== undefined && to !== undefined && from >= to)
      throw new UsageError(
        `remove expected \`from\` before \`to\`, got ${from.toISOString()} and ${to.toISOString()}`,
      )
    return { from, to }
  }
  const name = expired ? 'expired' : 'olderThan'
  if (!Number.isSafeInteger(days) || days < 0)
    throw new UsageError(`\`${name}\` expected a whole number of days of at least 0, got ${days}`)
  if (from !== undefined || to !== undefined)
    throw new UsageError(`remove expected \`${name}\` without \`from\` and \`to\`, got both`)
  eventTime(table, `no \`${name}\``)
  if (dayPartition(table) === undefined)
    throw new UsageError(
      `remove expected no \`${name}\` for table ${table.name}, which is not partitioned by the day of its readings`,
    )
  const today = Math.floor(now.getTime() / millisPerDay)
  return { to: new Date((today - days) * millisPerDay) }
}

function retentionOf(table: Table): number {
  const days = retentionDays(table)
  if (days === undefined)
    throw new UsageError(
      `\`expired\` expected a table with a retention, got ${table.name}: add retention: '90d' to its definition, or remove rows by age with \`olderThan\``,
    )
  return days
}

function eventTime(table: Table, expected: string): string {
  try {
    return eventTimeColumn(table)
  } catch (cause) {
    throw new UsageError(`remove expected ${expected} for table ${table.name}, which has no times`, { cause })
  }
}

/** The name of the partition by the day of a reading; undefined if the table has none. */
function dayPartition(table: Table): string | undefined {
  const time = eventTimeColumn(table)
  return partitionsOf(table).find(([, { from }]) => from === time)?.[0]
}

/** Whether a folder's partitions are days: engines find no rows of others, which minilake doctor --deep names. */
export function isOfDay(table: Table, folder: string): boolean {
  return partitionsOf(table).every(([partition]) => dayOf(table, folder, partition) !== undefined)
}

function dayOf(table: Table, folder: string, partition: string): number | undefined {
  return findUtcDay(parsePartitionPath(folder.slice(tablePrefix(table).length))[partition] ?? '')
}

/** How much of the time from `first` to `last` lies in a range, all in milliseconds since 1970. */
function shareOfRange(from: number, to: number): (first: number, last: number) => Share {
  return (first, last) => {
    if (last < from || first >= to) return 'none'
    return first >= from && last < to ? 'all' : 'some'
  }
}
