import {
  columnsOf,
  formatUtcDay,
  parseUtcDay,
  partitionsOf,
  quoteIdentifier,
  quoteLiteral,
  type Table,
} from '@minilake/schema'
import { batchColumn, icebergTableName } from './iceberg-statements.js'
import { stagedRows } from './staging-statements.js'

/** Data files whose rows a statement puts into an Iceberg table. */
export interface StagedFiles {
  /** The ID of the staging table that reads them. */
  staging: string
  /** The partition values of the files, such as `{ event_date: '2026-01-05' }`; empty objects for a table without partitions. */
  partitions: readonly Readonly<Record<string, string>>[]
  /** For each file the first digits of its batches, which come from its key. */
  keyDigits: readonly string[]
}

/** Most terms of a condition; a condition with more would be too deep for Trino's parser, so a wider one replaces it. */
const mostTerms = 200

/**
 * The statement that adds the rows of staged files to an Iceberg table, each file once: one whose key is there already, with any rows,
 * adds nothing. Two of them at once conflict, and one fails with ICEBERG_COMMIT_ERROR.
 */
export function icebergAppend(table: Table, files: StagedFiles): string {
  return icebergAppendFrom(table, stagedRows(table, files.staging), files)
}

/** The same with rows from any query: the columns of the table, and `_batch`. */
export function icebergAppendFrom(table: Table, rows: string, files: Omit<StagedFiles, 'staging'>): string {
  const there = `${ofKeys('t', files)} AND ${ofDays(table, 't', files)}`
  return [
    `MERGE INTO ${icebergTableName(table)} t`,
    'USING (',
    `  SELECT * FROM (${rows})`,
    `  WHERE ${keyOf()} NOT IN (SELECT ${keyOf('t')} FROM ${icebergTableName(table)} t WHERE ${there} AND ${column(batchColumn, 't')} IS NOT NULL)`,
    ') s',
    `ON ${keyOf('t')} = ${keyOf('s')} AND ${there}`,
    `WHEN NOT MATCHED THEN ${insertFrom(table, 's')}`,
  ].join('\n')
}

/** What makes way for new rows: the rows of the days of staged files, all rows, or rows of the same keys of files. */
export type Replaced = 'days' | 'all' | 'files'

/** The statement that puts the rows of staged files in place of others, in one snapshot. */
export function icebergReplacement(table: Table, replaced: Replaced, files: StagedFiles): string {
  const [place, old] = placesOf(table, replaced, files)
  return [
    `MERGE INTO ${icebergTableName(table)} t`,
    'USING (',
    `  SELECT false AS "_old", CAST(NULL AS VARCHAR) AS "_place", * FROM (${stagedRows(table, files.staging)})`,
    `  UNION ALL SELECT true, place, ${nulls(table)} FROM (VALUES ${old.map((text) => quoteLiteral(text)).join(', ')}) AS p (place)`,
    ') s',
    `ON s."_old" AND s."_place" = ${place} AND ${replaced === 'days' ? ofDays(table, 't', files) : replaced === 'files' ? ofKeys('t', files) : 'true'}`,
    'WHEN MATCHED THEN DELETE',
    `WHEN NOT MATCHED AND NOT s."_old" THEN ${insertFrom(table, 's')}`,
  ].join('\n')
}

/**
 * The rows of staged files by what they change in an Iceberg table with a key: columns `inserted`, `replaced` and `same`, and `batches`, those
 * of the rows that are replaced, with commas between them.
 */
export function icebergMergeCounts(table: Table, files: StagedFiles): string {
  const isReplaced = '"_stored" > 0 AND NOT ("_stored" = 1 AND "_same")'
  return [
    'SELECT count_if("_stored" = 0) AS inserted,',
    `  count_if(${isReplaced}) AS replaced,`,
    '  count_if("_stored" = 1 AND "_same") AS same,',
    `  array_join(array_distinct(flatten(array_agg("_batches") FILTER (WHERE ${isReplaced}))), ',') AS batches`,
    `FROM (${comparedRows(table, files, `, array_agg(DISTINCT ${column(batchColumn, 'x')}) AS "_batches"`)})`,
  ].join('\n')
}

/** The statement that puts the rows of staged files in place of those with the same key. Rows that are the same stay. Each key may be staged once. */
export function icebergMerge(table: Table, files: StagedFiles): string {
  return [
    `MERGE INTO ${icebergTableName(table)} t`,
    'USING (',
    `  SELECT o."_old", c.* FROM (${comparedRows(table, files)}) c`,
    '  CROSS JOIN UNNEST(ARRAY[true, false]) AS o ("_old")',
    '  WHERE NOT (c."_stored" = 1 AND c."_same") AND (c."_stored" > 0 OR NOT o."_old")',
    ') s',
    `ON s."_old" AND ${sameKey(table, 't', 's')} AND ${ofDays(table, 't', files)}`,
    'WHEN MATCHED THEN DELETE',
    `WHEN NOT MATCHED AND NOT s."_old" THEN ${insertFrom(table, 's')}`,
  ].join('\n')
}

/** The staged rows, each with the number of stored rows of its key, whether those have its values, and more aggregates of them. */
function comparedRows(table: Table, files: StagedFiles, more = ''): string {
  const names = columnsOf(table).map(([name]) => name)
  const same = names.map((name) => `${column(name, 'n')} IS NOT DISTINCT FROM ${column(name, 'x')}`)
  const all = [...names, batchColumn].map((name) => column(name, 'n')).join(', ')
  return [
    `SELECT ${all}, count(${column(batchColumn, 'x')}) AS "_stored", coalesce(bool_and(${same.join(' AND ')}), false) AS "_same"${more}`,
    `FROM (${stagedRows(table, files.staging)}) n`,
    `LEFT JOIN ${icebergTableName(table)} x ON ${sameKey(table, 'n', 'x')} AND ${ofDays(table, 'x', files)}`,
    `GROUP BY ${all}`,
  ].join(' ')
}

/** The batches of an Iceberg table with their rows: columns `batch` and `rows`; of the keys of staged files, or of their days, or all. */
export function icebergBatches(table: Table, of: Replaced, files: StagedFiles): string {
  const where =
    of === 'all'
      ? 'true'
      : of === 'days'
        ? ofDays(table, 't', files)
        : `${ofKeys('t', files)} AND ${ofDays(table, 't', files)}`
  return `SELECT ${column(batchColumn, 't')} AS batch, ${dayText(table, 't')} AS day, count(*) AS rows FROM ${icebergTableName(table)} t WHERE ${where} GROUP BY 1, 2`
}

/** Which rows of an Iceberg table a removal is about. */
export interface IcebergRemoval {
  /** As SQL. Default: all rows. */
  condition?: string | undefined
  /** The ID of an import. Default: rows of any. */
  importId?: string | undefined
}

/** The statement that removes rows of an Iceberg table. */
export function icebergDelete(table: Table, removal: IcebergRemoval): string {
  return `DELETE FROM ${icebergTableName(table)} WHERE ${chosen(removal)}`
}

/** The chosen rows by day, batch and file: columns `day`, `batch`, `path` and `rows`, ordered by day. */
export function icebergChosenRows(table: Table, removal: IcebergRemoval): string {
  return `SELECT ${dayText(table)} AS day, ${column(batchColumn)} AS batch, "$path" AS path, count(*) AS rows FROM ${icebergTableName(table)} WHERE ${chosen(removal)} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
}

/** The imports of an Iceberg table with their rows: columns `id` and `rows`. */
export function icebergImports(table: Table): string {
  return `SELECT ${importOf} AS id, count(*) AS rows FROM ${icebergTableName(table)} WHERE ${importOf} IS NOT NULL GROUP BY 1`
}

const importOf = `split_part(${column(batchColumn)}, '-', 3)`

function chosen({ condition, importId }: IcebergRemoval): string {
  const terms = [
    ...(condition === undefined ? [] : [`(${condition})`]),
    ...(importId === undefined ? [] : [`${importOf} = ${quoteLiteral(importId)}`]),
  ]
  return terms.length === 0 ? 'true' : terms.join(' AND ')
}

function column(name: string, of?: string): string {
  return of === undefined ? quoteIdentifier(name) : `${of}.${quoteIdentifier(name)}`
}

/** The part of a batch that comes from the file's key. */
function keyOf(of?: string): string {
  return `substr(${column(batchColumn, of)}, 1, 16)`
}

function insertFrom(table: Table, of: string): string {
  const names = [...columnsOf(table).map(([name]) => name), batchColumn]
  return `INSERT (${names.map(quoteIdentifier).join(', ')}) VALUES (${names.map((name) => column(name, of)).join(', ')})`
}

function nulls(table: Table): string {
  return [...columnsOf(table), batchColumn].map(() => 'NULL').join(', ')
}

function sameKey({ key = [] }: Table, one: string, other: string): string {
  return key.map((name) => `${column(name, one)} = ${column(name, other)}`).join(' AND ')
}

/** What tells a row's place, as SQL, and the places of staged files. */
function placesOf(
  table: Table,
  replaced: Replaced,
  { keyDigits, partitions }: StagedFiles,
): [string, string[]] {
  switch (replaced) {
    case 'all':
      return [`'all'`, ['all']]
    case 'files':
      return [keyOf('t'), [...keyDigits]]
    case 'days':
      return [dayText(table, 't'), [...new Set(partitions.map((values) => Object.values(values).join('/')))]]
  }
}

/** The days of a row's partitions as a text, such as 2026-01-05; empty for a table without partitions. */
function dayText(table: Table, of?: string): string {
  const days = partitionsOf(table).map(([, { from }]) => `format_datetime(${column(from, of)}, 'yyyy-MM-dd')`)
  return days.length === 0 ? `''` : days.join(` || '/' || `)
}

/** A condition that is true for the rows of files with these keys; engines skip files by it, and conflicts are found by it. */
function ofKeys(of: string, { keyDigits }: Pick<StagedFiles, 'keyDigits'>): string {
  if (keyDigits.length > mostTerms) return 'true'
  const batch = column(batchColumn, of)
  // The next character after - is the full stop.
  const ranges = keyDigits.map(
    (digits) => `(${batch} >= ${quoteLiteral(`${digits}-`)} AND ${batch} < ${quoteLiteral(`${digits}.`)})`,
  )
  return `(${ranges.join(' OR ')})`
}

/** A condition that is true for the rows of the days of staged files. */
function ofDays(table: Table, of: string, { partitions }: Pick<StagedFiles, 'partitions'>): string {
  const terms = partitionsOf(table).map(([name, { from }]) => {
    const days = [...new Set(partitions.map((values) => parseUtcDay(values[name] ?? '')))].sort(
      (a, b) => a - b,
    )
    const ranges = runsOf(days).map(
      ([first, end]) =>
        `(${column(from, of)} >= ${startOf(first)} AND ${column(from, of)} < ${startOf(end)})`,
    )
    return `(${ranges.join(' OR ')})`
  })
  return terms.length === 0 ? 'true' : terms.join(' AND ')
}

/** Runs of consecutive days, each as its first day and the day after its last. */
function runsOf(days: readonly number[]): [number, number][] {
  const runs: [number, number][] = []
  for (const day of days) {
    const last = runs.at(-1)
    if (last?.[1] === day) last[1] = day + 1
    else runs.push([day, day + 1])
  }
  const [first, end] = [runs[0]?.[0] ?? 0, runs.at(-1)?.[1] ?? 0]
  return runs.length > mostTerms ? [[first, end]] : runs
}

function startOf(day: number): string {
  return `TIMESTAMP ${quoteLiteral(`${formatUtcDay(day)} 00:00:00.000000`)}`
}
