import { checkOptions } from './check-options.js'
import { type Column, type ColumnType, isNumeric } from './column.js'

/** A partition value taken from a timestamp column: `by: 'day'` gives the UTC day as VARCHAR 'YYYY-MM-DD'. */
export interface Partition {
  /** The timestamp column it is taken from. */
  readonly from: string
  readonly by: 'day'
}

/** What a table is: the one place where its columns are spelled. */
export interface Table {
  /** Lower-case letters, digits and underscores; also the folder of its objects in the bucket. */
  readonly name: string
  readonly comment?: string
  /** In the order they have in files and in the catalog. */
  readonly columns: Readonly<Record<string, Column>>
  /** Folder levels over the data files, outermost first; each is a column of the table in SQL. Default none. */
  readonly partitions?: Readonly<Record<string, Partition>>
  /** The columns by which rows are ordered within a file, most significant first. Default: as they come. */
  readonly sortedBy?: readonly string[]
}

/** The names of a table's columns, those of its files (partitions are not among them). */
export type ColumnName<T extends Table> = keyof T['columns'] & string

/** The names of those columns of a table that have one of the given types. */
export type ColumnNameOfType<T extends Table, Type extends ColumnType> = {
  [C in ColumnName<T>]: [Extract<T['columns'][C]['type'], Type>] extends [never] ? never : C
}[ColumnName<T>]

/** The names of a table's columns that averages and limits make sense for. */
export type NumericColumnName<T extends Table> = ColumnNameOfType<T, 'double' | 'real' | 'bigint' | 'integer'>

interface Consistent<T extends Table> {
  // A misspelt option would otherwise pass: types are open, and a column without `nullable` is a fine column too.
  readonly columns: {
    readonly [C in keyof T['columns']]: {
      readonly [O in keyof T['columns'][C]]: O extends keyof Column ? T['columns'][C][O] : never
    }
  }
  readonly partitions?: Readonly<
    Record<string, { readonly from: ColumnNameOfType<T, 'timestamp'>; readonly by: 'day' }>
  >
  readonly sortedBy?: readonly ColumnName<T>[]
}

/**
 * Checks a table definition and returns it as it is, its literal types kept.
 * Throws a TypeError when a name is not one that Parquet, Hive, Trino and DuckDB all take, or names a missing column.
 */
export function defineTable<const T extends Table>(table: T & Consistent<T>): T {
  checkName('table name', table.name)
  const subject = `table ${table.name}`
  checkOptions(subject, table, ['name', 'comment', 'columns', 'partitions', 'sortedBy'])
  const columns: Readonly<Record<string, Column>> = table.columns
  if (Object.keys(columns).length === 0)
    throw new TypeError(`${subject} expected at least one column, got none`)
  for (const [name, column] of Object.entries(columns)) {
    checkName(`${subject}: column name`, name)
    checkOptions(`${subject}: column ${name}`, column, [
      'type',
      'comment',
      'nullable',
      'highLimit',
      ...alarmOptions,
    ])
    if (!Object.hasOwn(isNumeric, column.type)) {
      throw new TypeError(
        `${subject}: column ${name} expected a type of ${Object.keys(isNumeric).join(', ')}, got ${String(column.type)}`,
      )
    }
    if (column.highLimit !== undefined && !(isNumeric[column.type] && Number.isFinite(column.highLimit))) {
      throw new TypeError(
        `${subject}: highLimit expected a finite number on a numeric column, got ${column.highLimit} on ${name} (${column.type})`,
      )
    }
    for (const option of alarmOptions) {
      const value = column[option]
      if (value === undefined) continue
      if (column.highLimit === undefined || !(value >= 0 && value < Infinity)) {
        throw new TypeError(
          `${subject}: ${option} expected a number of at least 0 beside a highLimit, got ${value} on ${name}`,
        )
      }
    }
  }
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
  return table
}

const alarmOptions = ['deadband', 'onDelaySeconds', 'offDelaySeconds'] as const

/** A table's columns with their names, in order. */
export function columnsOf(table: Table): [name: string, column: Column][] {
  return Object.entries(table.columns)
}

/** A table's partition columns with their names, outermost folder first. */
export function partitionsOf(table: Table): [name: string, partition: Partition][] {
  return Object.entries(table.partitions ?? {})
}

/** The column that holds the time of a reading: the table's first timestamp. Throws a TypeError when it has none. */
export function eventTimeColumn(table: Table): string {
  const found = columnsOf(table).find(([, column]) => column.type === 'timestamp')
  if (!found)
    throw new TypeError(`table ${table.name} expected a timestamp column for the time of a reading, got none`)
  return found[0]
}

/** The names of a table's numeric columns, in order. */
export function numericColumns<T extends Table>(table: T): NumericColumnName<T>[] {
  return columnsOf(table)
    .filter(([, column]) => isNumeric[column.type])
    .map(([name]) => name as NumericColumnName<T>)
}

// Hive folds names to lower case, and older metastores keep only 128 characters of a table's name.
function checkName(subject: string, name: string): void {
  if (!/^[a-z][a-z0-9_]{0,127}$/.test(name)) {
    throw new TypeError(
      `${subject} expected lower-case letters, digits and underscores, a letter first, at most 128, got ${JSON.stringify(name)}`,
    )
  }
}
