import { columnsOf, globText, quoteIdentifier, quoteLiteral, type Table } from '@minilake/schema'
import { type CsvDialect, detectDialect } from './csv-dialect.js'
import type { DuckDb } from '../duckdb/duckdb.js'
import { columnOf, matchColumns, type MatchOptions } from './match-columns.js'
import { parquetValue } from '../values/parquet-value.js'
import type { RecordLayout } from '../read/record-lines.js'
import type { RowSource } from '../read/select-rows.js'
import type { FileFormat, SourceFile } from './source-file.js'
import { textValue } from '../values/text-value.js'
import type { ValueOptions } from '../values/value-sql.js'

/** How a file's fields are told apart and which are taken. */
export interface LayoutOptions extends MatchOptions {
  /** What stands between CSV fields. Default: the one of , ; tab and | that finds most of the table's names in the first line. */
  delimiter?: string
  /** What CSV fields may be enclosed in, doubled within one; '' for none. Default `"`, or `'` where more fields begin so. */
  quote?: string
  /** The first line of CSV is a row, and fields are taken in the order of the table's columns. Default false. */
  noHeader?: boolean
  /** Text of a CSV field that, unquoted, stands for no value, beside the empty one. Default none. */
  nullText?: string
}

/** A file whose columns are known. */
export interface Source {
  file: SourceFile
  /** Names of its columns. */
  names: readonly string[]
  /** Per column of the table, the file's column that holds it; undefined where it has none. */
  matched: readonly (string | undefined)[]
  /** How CSV is written. */
  dialect?: CsvDialect
  rows: RowSource
  /** How lines are counted; absent for Parquet, whose rows are. */
  layout?: RecordLayout
}

/** Finds out which of a file's columns hold a table's. Throws an Error in one sentence where they do not fit. */
export async function openSource(
  table: Table,
  file: SourceFile,
  db: DuckDb,
  options: LayoutOptions & ValueOptions,
): Promise<Source> {
  return openers[file.format](table, file, db, options)
}

type Opener = (
  table: Table,
  file: SourceFile,
  db: DuckDb,
  options: LayoutOptions & ValueOptions,
) => Source | Promise<Source>

const openers: Record<FileFormat, Opener> = { csv: openCsv, ndjson: openNdjson, parquet: openParquet }

function openCsv(table: Table, file: SourceFile, _db: DuckDb, options: LayoutOptions & ValueOptions): Source {
  const { map = {}, nullText, delimiter, quote, noHeader = false } = options
  const { fields, ...dialect } = detectDialect(file.head, {
    ...(delimiter !== undefined && { delimiter }),
    ...(quote !== undefined && { quote }),
    header: !noHeader,
    isWanted: (name) => columnOf(table, name, map) !== undefined,
    fieldCount: columnsOf(table).length,
  })
  if (nullText?.includes(dialect.delimiter)) {
    throw new RangeError(
      `\`nullText\` expected a text without the delimiter ${dialect.delimiter}, got ${JSON.stringify(nullText)}`,
    )
  }
  const names = dialect.header ? fields : Object.keys(table.columns)
  if (!dialect.header && fields.length !== names.length) {
    throw new Error(
      `${file.name} has no header, so its fields are taken in the order of table ${table.name}'s columns: expected ${names.length} (${names.join(', ')}), got ${fields.length}`,
    )
  }
  if (dialect.header && !fields.some((name) => columnOf(table, name, map) !== undefined)) {
    throw new Error(
      `${file.name} expected the names of table ${table.name}'s columns (${Object.keys(table.columns).join(', ')}) in its first line, got ${fields.join(` ${dialect.delimiter} `)}: \`delimiter\` says what stands between them, \`map\` gives them the table's names, \`noHeader\` takes fields in the table's order`,
    )
  }
  const matched = matchColumns(table, file.name, names, options)
  const settings = [
    `columns = {${names.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ')}}`,
    `auto_detect = false, header = ${dialect.header}`,
    `delim = ${quoteLiteral(dialect.delimiter)}, quote = ${quoteLiteral(dialect.quote)}, escape = ${quoteLiteral(dialect.quote)}`,
    // An empty field is no value, an empty text in quotes is one.
    `nullstr = [${['', ...(nullText === undefined ? [] : [nullText])].map(quoteLiteral).join(', ')}], allow_quoted_nulls = false`,
    rejecting,
  ]
  return {
    file,
    names,
    matched: matched.map((index) => (index === undefined ? undefined : names[index])),
    dialect,
    layout: {
      ...dialect,
      headerRecords: dialect.header ? 1 : 0,
      skipsBlank: names.length > 1,
    },
    rows: {
      from: `read_csv(${pathText(file)}, ${settings.join(', ')})`,
      values: textValues(table, matched, (index) => `c${index}`, options),
      row: `[${names.map((_, index) => `c${index}`).join(', ')}]`,
    },
  }
}

/** Rows that DuckDB cannot take apart go into its table `reject_errors`. */
const rejecting = 'store_rejects = true, rejects_limit = 0'

/** JSON by lines, read as a CSV of one column: so DuckDB gives every line, also those that are no JSON. */
async function openNdjson(
  table: Table,
  file: SourceFile,
  db: DuckDb,
  options: LayoutOptions & ValueOptions,
): Promise<Source> {
  // A raw control character has no place in JSON, so none is a delimiter in a good line.
  const lines = (onBadLine: string) =>
    `read_csv(${pathText(file)}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', strict_mode = false, max_line_size = 16777216, ${onBadLine})`
  const object = `CASE WHEN json_valid(line) THEN CASE WHEN json_type(line) = 'OBJECT' THEN line END END`
  const found = await db.rows(
    `SELECT name FROM (SELECT unnest(json_keys(object)) AS name, number FROM (SELECT ${object} AS object, row_number() OVER () AS number FROM ${lines('ignore_errors = true')})) GROUP BY name ORDER BY min(number), name`,
  )
  const names = found.map(([name]) => String(name))
  if (names.length === 0) throw new Error(`${file.name} expected a JSON object in each line, got none`)
  const matched = matchColumns(table, file.name, names, options)
  const wanted = matched.flatMap((index) => (index === undefined ? [] : [index]))
  const pointer = (index: number) =>
    quoteLiteral(`/${(names[index] as string).replaceAll('~', '~0').replaceAll('/', '~1')}`)
  const values = `json_extract_string(object, [${wanted.map(pointer).join(', ')}])`
  return {
    file,
    names,
    matched: matched.map((index) => (index === undefined ? undefined : names[index])),
    layout: { delimiter: '', quote: '', headerRecords: 0, skipsBlank: false },
    rows: {
      from: `(SELECT line, object, ${wanted.map((index, at) => `list[${at + 1}] AS c${index}`).join(', ')} FROM (SELECT line, object, ${values} AS list FROM (SELECT line, ${object} AS object FROM ${lines(rejecting)})))`,
      values: textValues(table, matched, (index) => `c${index}`, options),
      row: '[line]',
      isBlank: `trim(coalesce(line, ''), ' \t\r') = ''`,
      isBad: { condition: 'object IS NULL', reason: `'expected a JSON object'` },
    },
  }
}

async function openParquet(
  table: Table,
  file: SourceFile,
  db: DuckDb,
  options: LayoutOptions & ValueOptions,
): Promise<Source> {
  const from = `read_parquet(${pathText(file)}, hive_partitioning = false)`
  const described = await db.rows(`DESCRIBE SELECT * FROM ${from}`).catch((cause: unknown) => {
    throw new Error(`${file.name} is not a Parquet file that can be read: ${firstLine(cause)}`, { cause })
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
  if (fileType.startsWith('TIMESTAMP')) return ': it has no zone, `zone` states that of its clock'
  return ': `timeFormat` states whether it is epoch-s, epoch-ms or epoch-us'
}

function textValues(
  table: Table,
  matched: readonly (number | undefined)[],
  raw: (index: number) => string,
  options: ValueOptions,
): RowSource['values'] {
  return columnsOf(table).map(([, { type }], at) => {
    const index = matched[at]
    return index === undefined ? undefined : { raw: raw(index), value: textValue[type](options) }
  })
}

function pathText({ path }: SourceFile): string {
  return quoteLiteral(globText(path.replaceAll('\\', '/')))
}

/** An error of DuckDB without its advice. */
export function firstLine(cause: unknown): string {
  const [line = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
  return line
}
