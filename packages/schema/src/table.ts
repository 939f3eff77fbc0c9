import { alarmRulesOf, checkAlarmRules } from './alarm-rule.js'
import { checkInterval } from './check-interval.js'
import { checkKey } from './check-key.js'
import { checkLimits, limitOptions } from './check-limits.js'
import { checkName } from './check-name.js'
import { checkOptions } from './check-options.js'
import { type Column, type ColumnType, isNumeric } from './column.js'
import { describeValue } from './describe-value.js'
import { checkSource, type TableSource } from './table-source.js'

/** A partition column, derived from a timestamp column. With `by: 'day'` its values are UTC days, VARCHAR 'YYYY-MM-DD'. */
export interface Partition {
  /** Name of the timestamp column. */
  readonly from: string
  readonly by: 'day'
}

/** The definition of a table: the only place that spells out its columns. */
export interface Table {
  /** Lower-case letters, digits and underscores. Also the name of the table's folder in the bucket. */
  readonly name: string
  readonly comment?: string
  /** In the order of the columns in files and in the catalog. */
  readonly columns: Readonly<Record<string, Column>>
  /** Folder levels above the data files, outermost first. In SQL each is a column of the table. Default: none. */
  readonly partitions?: Readonly<Record<string, Partition>>
  /** The columns that rows are sorted by within a file, most significant first. Default: rows keep their order. */
  readonly sortedBy?: readonly string[]
  /**
   * The columns that identify a reading: rows with the same values are versions of one reading. They are not nullable, hold no fractions,
   * and include the columns that partitions come from. Writing with mode `merge` needs it. Default: none.
   */
  readonly key?: readonly string[]
  /** How long readings are kept: '90d' for 90 days. Older ones stay until `remove` is told to apply it. Default: for ever. */
  readonly retention?: string
  /** The expected time between readings of a source, in seconds, to the millisecond. Default: unknown. */
  readonly intervalSeconds?: number
  /**
   * What the table is on the stack: 'hive' for a Hive table over its data files, 'iceberg' for an Iceberg table, whose changes are atomic and
   * keep a history. In the embedded profile both are the same table of files. Default 'hive'.
   */
  readonly format?: TableFormat
  /** How imported files are written. Default: as the options of each import say. */
  readonly source?: TableSource
}

/** What a table can be on the stack. */
export const tableFormats = ['hive', 'iceberg'] as const

/** One of `tableFormats`. */
export type TableFormat = (typeof tableFormats)[number]

/** The names of a table's columns in its data files, without its partitions. */
export type ColumnName<T extends Table> = keyof T['columns'] & string

/** The names of a table's columns that have one of the given types. */
export type ColumnNameOfType<T extends Table, Type extends ColumnType> = {
  [C in ColumnName<T>]: [Extract<T['columns'][C]['type'], Type>] extends [never] ? never : C
}[ColumnName<T>]

/** The names of a table's numeric columns, for which averages and limits make sense. */
export type NumericColumnName<T extends Table> = ColumnNameOfType<T, 'double' | 'real' | 'bigint' | 'integer'>

interface Consistent<T extends Table> {
  // Object types are open and options are optional: without this, a misspelt option would compile.
  readonly columns: {
    readonly [C in keyof T['columns']]: {
      readonly [O in keyof T['columns'][C]]: O extends keyof Column ? T['columns'][C][O] : never
    }
  }
  readonly partitions?: Readonly<
    Record<string, { readonly from: ColumnNameOfType<T, 'timestamp'>; readonly by: 'day' }>
  >
  readonly sortedBy?: readonly ColumnName<T>[]
  readonly key?: readonly ColumnName<T>[]
  readonly retention?: `${number}d`
  readonly intervalSeconds?: number
  readonly format?: TableFormat
  readonly source?: {
    readonly [O in keyof T['source']]: O extends keyof TableSource ? T['source'][O] : never
  }
}

/**
 * Checks a table definition and returns it unchanged, with its literal types.
 * Throws a TypeError for a name that Parquet, Hive, Trino and DuckDB do not all accept, for unknown options, and for a
 * partition, sort order, key, retention, interval or source that the columns do not allow; a RangeError for an alarm rule that makes no sense.
 *
 * @example
 * ```ts
 * import { defineTable } from '@minilake/schema'
 *
 * export const turbine = defineTable({
 *   name: 'turbine',
 *   comment: 'one reading per turbine and second',
 *   columns: {
 *     event_timestamp: { type: 'timestamp', comment: 'time of the reading, UTC' },
 *     turbine_id: { type: 'varchar', comment: 'plant code' },
 *     power: { type: 'double', comment: 'active power, kW', nullable: true, highLimit: 3000 },
 *   },
 *   partitions: { event_date: { from: 'event_timestamp', by: 'day' } },
 *   sortedBy: ['event_timestamp'],
 * })
 * ```
 */
export function defineTable<const T extends Table>(table: T & Consistent<T>): T {
  checkName('table name', table.name)
  const subject = `table ${table.name}`
  checkOptions(subject, table, tableOptions)
  if (table.format !== undefined && !tableFormats.includes(table.format))
    throw new TypeError(`${subject}: format expected 'hive' or 'iceberg', got ${describeValue(table.format)}`)
  const columns: Readonly<Record<string, Column>> = table.columns
  checkColumns(subject, columns)
  for (const [name, column] of Object.entries(columns)) {
    checkName(`${subject}: column name`, name)
    checkOptions(`${subject}: column ${name}`, column, ['type', 'comment', 'nullable', ...limitOptions])
    checkLimits(subject, name, column)
  }
  checkAlarmRules(subject, alarmRulesOf({ columns }), { columns })
  const partitions: Readonly<Record<string, Partition>> = table.partitions ?? {}
  for (const [name, { from, by }] of Object.entries(partitions)) {
    checkName(`${subject}: partition name`, name)
    if (Object.hasOwn(columns, name))
      throw new TypeError(`${subject}: partition ${name} has the name of a column`)
    if (columns[from]?.type !== 'timestamp') {
      throw new TypeError(`${subject}: partition ${name} expected a timestamp column in from, got ${from}`)
    }
    if ((by as string) !== 'day')
      throw new TypeError(`${subject}: partition ${name} expected by: 'day', got ${String(by)}`)
  }
  for (const name of table.sortedBy ?? []) {
    if (!Object.hasOwn(columns, name))
      throw new TypeError(`${subject}: sortedBy expected a column, got ${name}`)
  }
  if (table.source !== undefined) checkSource(subject, table.source, columns)
  if (table.key !== undefined) checkKey(subject, table.key, columns, partitions)
  checkInterval(subject, table.intervalSeconds)
  if (table.retention !== undefined) {
    retentionDays(table)
    if (Object.keys(partitions).length === 0)
      throw new TypeError(`${subject}: retention expected a partition by day, got none`)
  }
  return table
}

/** The retention of a table in days; undefined if it has none. Throws a TypeError for any other text than a number of days. */
export function retentionDays({ name, retention }: Pick<Table, 'name' | 'retention'>): number | undefined {
  if (retention === undefined) return undefined
  const [, days] = /^([1-9]\d{0,5})d$/.exec(retention) ?? []
  if (days === undefined)
    throw new TypeError(
      `table ${name}: retention expected days such as '90d', got ${describeValue(retention)}`,
    )
  return Number(days)
}

/**
 * Throws a TypeError unless `columns` has at least one column, and each has a type that exists: what data files need of a table.
 * `subject` begins the message. `defineTable` also checks names and options.
 */
export function checkColumns(subject: string, columns: unknown): void {
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns))
    throw new TypeError(`${subject} expected an object of columns by name, got ${describeValue(columns)}`)
  const entries: [string, unknown][] = Object.entries(columns)
  if (entries.length === 0) throw new TypeError(`${subject} expected at least one column, got none`)
  for (const [name, column] of entries) {
    const type = typeof column === 'object' && column !== null ? (column as Partial<Column>).type : undefined
    if (type === undefined || !Object.hasOwn(isNumeric, type)) {
      throw new TypeError(
        `${subject}: column ${name} expected a type of ${Object.keys(isNumeric).join(', ')}, got ${String(type)}`,
      )
    }
  }
}

const tableOptions = [
  'name',
  'comment',
  'columns',
  'partitions',
  'sortedBy',
  'key',
  'retention',
  'intervalSeconds',
  'format',
  'source',
] satisfies (keyof Table)[]

/** A table's columns with their names, in definition order. */
export function columnsOf(table: Table): [name: string, column: Column][] {
  return Object.entries(table.columns)
}

/** A table's partition columns with their names, outermost folder first. */
export function partitionsOf(table: Table): [name: string, partition: Partition][] {
  return Object.entries(table.partitions ?? {})
}

/** The name of the column with the time of a reading: the table's first timestamp. Throws a TypeError if it has none. */
export function eventTimeColumn(table: Table): string {
  const found = columnsOf(table).find(([, column]) => column.type === 'timestamp')
  if (!found)
    throw new TypeError(`table ${table.name} expected a timestamp column for the time of a reading, got none`)
  return found[0]
}

/** The names of a table's numeric columns, in definition order. */
export function numericColumns<T extends Table>(table: T): NumericColumnName<T>[] {
  return columnsOf(table)
    .filter(([, column]) => isNumeric[column.type])
    .map(([name]) => name as NumericColumnName<T>)
}
