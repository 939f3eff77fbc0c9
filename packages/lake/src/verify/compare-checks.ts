import { freeSql, type SqlEngine } from '@minilake/analytics'
import type { ColumnCounts } from '@minilake/parquet'
import {
  columnsOf,
  type ColumnType,
  millisPerDay,
  parsePartitionPath,
  partitionsOf,
  quoteIdentifier,
  sqlTableName,
  type Table,
} from '@minilake/schema'
import { firstLines } from '../text.js'

/** A data file as its footer describes it. */
export interface CheckedFile {
  readonly key: string
  readonly rows: number
  readonly columns: Readonly<Record<string, ColumnCounts>>
}

/**
 * Compares the counts and bounds that files carry with what an engine reads from them, partition by partition; one sentence per
 * difference, with the file that explains it where just one does. Changes that leave the counts and bounds as they were are not seen.
 */
export async function compareChecks(
  table: Table,
  files: readonly CheckedFile[],
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<string[]> {
  const differences: string[] = []
  const byPartition = new Map<string, CheckedFile[]>()
  for (const file of files) {
    const values = parsePartitionPath(file.key)
    const partition = partitionText(partitionsOf(table).map(([name]) => [name, values[name]]))
    byPartition.set(partition, [...(byPartition.get(partition) ?? []), file])
  }
  for await (const row of engine.query(freeSql(checksSql(table)), { signal })) {
    const partition = partitionText(partitionsOf(table).map(([name]) => [name, row[name]]))
    const expected = byPartition.get(partition) ?? []
    byPartition.delete(partition)
    differences.push(...comparePartition(table, partition, expected, row))
  }
  for (const [partition, lost] of byPartition) {
    const rows = lost.reduce((sum, file) => sum + file.rows, 0)
    if (rows > 0)
      differences.push(`${partition}: expected ${rows} rows, got none: ${keysText(lost)} is not read`)
  }
  return differences.sort()
}

/** Counts and bounds of each column, per partition. */
function checksSql(table: Table): string {
  const partitions = partitionsOf(table).map(([name]) => quoteIdentifier(name))
  const results = [...partitions, ...checkColumns(table)].join(',\n  ')
  const group = partitions.length > 0 ? `\nGROUP BY ${partitions.join(', ')}` : ''
  return `SELECT\n  ${results}\nFROM ${sqlTableName(table)}${group}`
}

/** The columns of a query for what `rowDifferences` compares. NaN fails the condition in every engine. */
export function checkColumns(table: Table): string[] {
  const columns = columnsOf(table).flatMap(([name, { type }], index) => {
    const column = quoteIdentifier(name)
    const isNumber = `abs(CAST(${column} AS DOUBLE)) <= CAST('Infinity' AS DOUBLE)`
    const numbers = isFloat(type) ? ` FILTER (WHERE ${isNumber})` : ''
    return [
      `count(${column}) AS values_${index}`,
      `count(${column})${numbers} AS numbers_${index}`,
      ...(hasBounds(type)
        ? [`min(${column})${numbers} AS min_${index}`, `max(${column})${numbers} AS max_${index}`]
        : []),
    ]
  })
  return ['count(*) AS row_count', ...columns]
}

function comparePartition(
  table: Table,
  partition: string,
  files: readonly CheckedFile[],
  row: Readonly<Record<string, unknown>>,
): string[] {
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  const found = Number(row['row_count'])
  if (found !== rows)
    return [`${partition}: expected ${rows} rows, got ${found}${explanation(files, found - rows)}`]
  const differences = rowDifferences(table, files, row)
  if (differences.length === 0) return []
  const where = files.length === 1 ? ` in ${keysText(files)}` : ''
  return [`${partition}: ${firstLines(differences, 2).join('; ')}${where}`]
}

/**
 * Where the counts and bounds of an engine's row, which has the columns of `checkColumns`, differ from those of some files. With `isPart`,
 * some rows of the files may be gone: counts may be lower, and bounds within those of the files.
 */
export function rowDifferences(
  table: Table,
  files: readonly Pick<CheckedFile, 'columns'>[],
  row: Readonly<Record<string, unknown>>,
  { isPart = false }: { isPart?: boolean } = {},
): string[] {
  return columnsOf(table).flatMap(([name, { type }], index) => {
    const counts = files.flatMap(({ columns }) => columns[name] ?? [])
    const sum = (of: (column: ColumnCounts) => number) => counts.reduce((total, each) => total + of(each), 0)
    const found = (what: string) => row[`${what}_${index}`]
    const nans = Number(found('values')) - Number(found('numbers'))
    const pairs: [what: string, type: ColumnType, expected: unknown, got: unknown, end: 'min' | 'max'][] = [
      [`values of ${name}`, 'bigint', sum(({ values }) => values), found('values'), 'max'],
      [`NaN of ${name}`, 'bigint', sum(({ nan = 0 }) => nan), nans, 'max'],
    ]
    if (hasBounds(type)) {
      const least = bestBound(type, counts, 'min')
      const greatest = bestBound(type, counts, 'max')
      pairs.push(
        [`least ${name}`, type, least, foundBound(found('min')), 'min'],
        [`greatest ${name}`, type, greatest, foundBound(found('max')), 'max'],
      )
    }
    return pairs
      .filter(
        ([, compared, expected, got, end]) =>
          !isSame(compared, expected, got) && !(isPart && isWithin(expected, got, end)),
      )
      .map(([what, , expected, got]) => `${what} expected ${text(expected)}, got ${text(got)}`)
  })
}

/** Whether a count or a bound of some rows can be that of a part of the rows with the one that is expected. */
function isWithin(expected: unknown, got: unknown, end: 'min' | 'max'): boolean {
  if (got === null) return true
  if (expected === null) return false
  const [whole, part] = (
    [typeof expected, typeof got].includes('bigint')
      ? [BigInt(expected as Bound), BigInt(got as Bound)]
      : typeof expected === 'number'
        ? [expected, Number(got)]
        : [expected, got]
  ) as [Bound, Bound]
  return end === 'min' ? part >= whole : part <= whole
}

/** The least or the greatest bound of a column in some files; null without any. */
function bestBound(type: ColumnType, counts: readonly ColumnCounts[], end: 'min' | 'max'): Bound | null {
  const bounds = counts.flatMap(({ [end]: text }) => (text === undefined ? [] : [boundOf[type](text)]))
  const isBetter = (a: Bound, b: Bound) => (end === 'min' ? a < b : a > b)
  return bounds.reduce<Bound | null>(
    (best, bound) => (best === null || isBetter(bound, best) ? bound : best),
    null,
  )
}

/** The file whose rows are missing or counted twice, if exactly one has that many. */
function explanation(files: readonly CheckedFile[], surplus: number): string {
  const candidates = files.filter(({ rows }) => rows > 0 && rows === Math.abs(surplus))
  if (candidates.length === 1)
    return `: ${keysText(candidates)} ${surplus < 0 ? 'is not read' : 'is counted twice'}, or as many rows of others`
  return files.length === 1 ? ` from ${keysText(files)}` : ''
}

type Bound = bigint | number | string

/** A bound in a file as an engine returns it: times to the millisecond, reals as doubles. */
const boundOf: Readonly<Record<ColumnType, (text: string) => Bound>> = {
  timestamp: (micros) => Math.floor(Number(micros) / 1000),
  date: (days) => new Date(Number(days) * millisPerDay).toISOString().slice(0, 10),
  double: Number,
  real: (value) => Math.fround(Number(value)),
  bigint: BigInt,
  integer: Number,
  boolean: String,
  varchar: String,
}

function foundBound(value: unknown): Bound | null {
  return value instanceof Date ? value.getTime() : (value as Bound | null)
}

function isSame(type: ColumnType, expected: unknown, got: unknown): boolean {
  if (typeof expected === 'number' && typeof got === 'number') {
    // Trino may return reals in the fewest digits, and rounds times up to the next millisecond.
    if (type === 'real') return expected === Math.fround(got)
    if (type === 'timestamp') return got >= expected && got - expected <= 1
  }
  return expected === got || String(expected) === String(got)
}

function isFloat(type: ColumnType): boolean {
  return type === 'double' || type === 'real'
}

function hasBounds(type: ColumnType): boolean {
  return type !== 'boolean' && type !== 'varchar'
}

function partitionText(values: readonly (readonly [string, unknown])[]): string {
  return values.length === 0
    ? 'the table'
    : values.map(([name, value]) => `${name}=${String(value)}`).join('/')
}

function keysText(files: readonly CheckedFile[]): string {
  return firstLines(
    files.map(({ key }) => key),
    3,
  ).join(', ')
}

function text(value: unknown): string {
  return value === null ? 'none' : `${value as Bound}`
}
