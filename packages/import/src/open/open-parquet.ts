import { columnsOf, quoteIdentifier, type Table } from '@minilake/schema'
import { type DuckDb, duckDbReason } from '../duckdb/open-duckdb.js'
import { withMissing } from '../values/missing-value.js'
import { parquetValue, utcNanos } from '../values/parquet-value.js'
import { matchColumns } from './match-columns.js'
import { globPath } from './source-sql.js'
import { copyWithoutUtcFlags } from './utc-flags.js'
import type { OpenOptions, Source } from './source.js'
import type { SourceFile } from './source-file.js'

/** Opens a Parquet file and checks that its column types can be read as the table's. */
export async function openParquet(
  table: Table,
  file: SourceFile,
  options: OpenOptions,
  db: DuckDb,
): Promise<Source> {
  const { from, columns } = await readColumns(file, db).catch((cause: unknown) => {
    throw new Error(`${file.name} is not a readable Parquet file: ${duckDbReason(cause)}`, { cause })
  })
  const names = columns.map(({ name }) => name)
  const matched = matchColumns(table, file.name, names, options)
  const values = columnsOf(table).map(([column, { type }], at) => {
    const index = matched[at]
    if (index === undefined) return undefined
    const found = columns[index] as ParquetColumn
    if (found.isInt96 && type === 'timestamp' && options.strictTime) {
      throw new Error(
        `${file.name}: column ${found.name} is INT96, whose digits below a microsecond cannot be checked: expected another type of time, or no \`strictTime\``,
      )
    }
    const value = parquetValue(found.type, type, options)
    const isText = /^(VARCHAR|JSON)$/.test(found.type)
    if (value) return { raw: `c${index}`, value: withMissing(value, type, { ...options, isText }) }
    throw new Error(
      `${file.name}: column ${found.name} is ${found.type}, which cannot become ${column} (${type})${timeHint(type, found.type)}`,
    )
  })
  const texts = names.map((_, index) => `CAST(c${index} AS VARCHAR)`)
  return {
    file,
    names,
    matched: matched.map((index) => (index === undefined ? undefined : names[index])),
    rows: {
      from: `(SELECT ${columns.map(({ sql }, index) => `${sql} AS c${index}`).join(', ')} FROM ${from})`,
      values,
      texts,
      row: `[${texts.join(', ')}]`,
    },
  }
}

interface ParquetColumn {
  /** The name in the file. Several columns may have the same. */
  name: string
  /** The column in SQL. DuckDB appends numbers to repeated names. */
  sql: string
  /** DuckDB's name of the type, or `utcNanos`. */
  type: string
  /** Whether it has the old type of times, which DuckDB reads in whole microseconds. */
  isInt96: boolean
}

/** The columns of a Parquet file, and the FROM clause that reads them. */
async function readColumns(
  { path, copyPath }: SourceFile,
  db: DuckDb,
): Promise<{ from: string; columns: ParquetColumn[] }> {
  const elements = topElements(
    await db.rows(`SELECT name, type, logical_type, num_children FROM parquet_schema(${globPath(path)})`),
  )
  const nanos = new Set(elements.flatMap(({ isUtcNanos, element }) => (isUtcNanos ? [element] : [])))
  if (nanos.size > 0) await copyWithoutUtcFlags(path, copyPath, nanos)
  const from = `read_parquet(${globPath(nanos.size > 0 ? copyPath : path)}, hive_partitioning = false)`
  const described = await db.rows(`DESCRIBE SELECT * FROM ${from}`)
  const columns = described.map(([name, type], index) => {
    const element = elements[index]
    return {
      name: element?.name ?? String(name),
      sql: quoteIdentifier(String(name)),
      type: element?.isUtcNanos ? utcNanos : String(type),
      isInt96: element?.isInt96 ?? false,
    }
  })
  return { from, columns }
}

interface TopElement {
  name: string
  /** Its place in the schema, depth first. */
  element: number
  isUtcNanos: boolean
  isInt96: boolean
}

/** The columns in the rows of DuckDB's `parquet_schema`: the children of the root, but not theirs. */
function topElements(rows: readonly (readonly unknown[])[]): TopElement[] {
  const found: TopElement[] = []
  let nested = 0 // number of elements to come that are inside a column
  for (const [element, [name, type, logicalType, children]] of rows.entries()) {
    if (element === 0) continue
    if (nested === 0) {
      found.push({
        name: String(name),
        element,
        isUtcNanos: /^TimestampType\(isAdjustedToUTC=1.*NANOS=NanoSeconds/.test(String(logicalType)),
        isInt96: type === 'INT96',
      })
    } else nested -= 1
    nested += Number(children ?? 0)
  }
  return found
}

function timeHint(type: string, fileType: string): string {
  if (type !== 'timestamp') return ''
  if (fileType.startsWith('TIMESTAMP') || fileType === 'DATE')
    return ': its times have no zone, so state it with `zone`'
  return ': state with `timeFormat` whether it is epoch-s, epoch-ms or epoch-us'
}
