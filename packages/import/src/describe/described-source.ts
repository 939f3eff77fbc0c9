import type { Table, TableSource } from '@minilake/schema'
import type { DuckDb } from '../duckdb/open-duckdb.js'
import { openSource } from '../open/open-source.js'
import type { SourceFile } from '../open/source-file.js'
import { timeSql } from '../values/time-sql.js'
import { csvLayout } from './csv-layout.js'

/** A file whose columns are not matched with any table's. */
export interface DescribedSource {
  /** The names of the columns; empty ones of a CSV without a header. */
  names: readonly string[]
  /** DuckDB's type of each column. */
  types: readonly string[]
  /** What follows FROM in a query of the file, in which column n is called `cn`. */
  from: string
  /** The options that the layout of the file needs. */
  source: TableSource
}

/** Opens a file without a table. Throws an Error for a file that cannot be read. */
export async function describedSource(file: SourceFile, db: DuckDb): Promise<DescribedSource> {
  const values = { time: timeSql({ zone: 'UTC' }), strictTime: false }
  const columnNamed = (name: string, count: number): Table => ({
    name: 'file',
    columns: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `${name}${index}`,
        { type: 'varchar', nullable: true } as const,
      ]),
    ),
  })
  const typesOf = async (from: string, count: number) => {
    const types = Array.from({ length: count }, (_, index) => `typeof(c${index})`)
    const [row = []] = await db.rows(`SELECT ${types.join(', ')} FROM ${from} LIMIT 1`)
    if (row.length === 0) throw new Error(`${file.name} has no rows: expected readings`)
    return row.map(String)
  }
  if (file.format === 'csv') {
    const { fields, comment, noHeader, delimiter, quote, skipLines, skipAfterHeader } = csvLayout(file.head)
    const given = { delimiter, quote, noHeader, skipLines, skipAfterHeader, ...(comment && { comment }) }
    const map = Object.fromEntries(fields.map((_, index) => [`#${index + 1}`, `x${index}`]))
    const { rows } = await openSource(columnNamed('x', fields.length), file, { ...values, ...given, map }, db)
    return {
      names: noHeader ? fields.map(() => '') : fields,
      types: await typesOf(rows.from, fields.length),
      from: rows.from,
      source: {
        ...(noHeader && { noHeader, ...(skipLines > 0 && { skipLines }) }),
        ...(skipAfterHeader > 0 && { skipAfterHeader }),
        ...(comment && { comment }),
        delimiter,
      },
    }
  }
  const unmatched = await openSource(columnNamed('x_', 1), file, { ...values, ignoreExtra: true }, db)
  const { names } = unmatched
  if (file.format === 'parquet') {
    const { from } = unmatched.rows
    return { names, types: await typesOf(from, names.length), from, source: {} }
  }
  const map = Object.fromEntries(names.map((name, index) => [name, `x${index}`]))
  const { rows } = await openSource(columnNamed('x', names.length), file, { ...values, map }, db)
  return { names, types: await typesOf(rows.from, names.length), from: rows.from, source: {} }
}
