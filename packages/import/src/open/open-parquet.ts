import { columnsOf, quoteIdentifier, type Table } from '@minilake/schema'
import { type DuckDb, duckDbReason } from '../duckdb/open-duckdb.js'
import { parquetValue } from '../values/parquet-value.js'
import { matchColumns } from './match-columns.js'
import { globPath } from './source-sql.js'
import type { OpenOptions, Source } from './source.js'
import type { SourceFile } from './source-file.js'

/** Opens a Parquet file and checks that its column types can be read as the table's. */
export async function openParquet(
  table: Table,
  file: SourceFile,
  options: OpenOptions,
  db: DuckDb,
): Promise<Source> {
  const from = `read_parquet(${globPath(file)}, hive_partitioning = false)`
  const described = await db.rows(`DESCRIBE SELECT * FROM ${from}`).catch((cause: unknown) => {
    throw new Error(`${file.name} is not a readable Parquet file: ${duckDbReason(cause)}`, { cause })
  })
  const columns = described.map(([name, type]) => ({ name: String(name), type: String(type) }))
  const names = columns.map(({ name }) => name)
  const matched = matchColumns(table, file.name, names, options)
  const values = columnsOf(table).map(([column, { type }], at) => {
    const index = matched[at]
    if (index === undefined) return undefined
    const found = columns[index] as (typeof columns)[number]
    const value = parquetValue(found.type, type, options)
    if (value) return { raw: `c${index}`, value }
    throw new Error(
      `${file.name}: column ${found.name} is ${found.type}, which cannot become ${column} (${type})${timeHint(type, found.type)}`,
    )
  })
  return {
    file,
    names,
    matched: matched.map((index) => (index === undefined ? undefined : names[index])),
    rows: {
      from: `(SELECT ${names.map((name, index) => `${quoteIdentifier(name)} AS c${index}`).join(', ')} FROM ${from})`,
      values,
      row: `[${names.map((_, index) => `CAST(c${index} AS VARCHAR)`).join(', ')}]`,
    },
  }
}

function timeHint(type: string, fileType: string): string {
  if (type !== 'timestamp') return ''
  if (fileType.startsWith('TIMESTAMP')) return ': its times have no zone, so state it with `zone`'
  return ': state with `timeFormat` whether it is epoch-s, epoch-ms or epoch-us'
}
