import { columnsOf, quoteLiteral, type Table } from '@minilake/schema'
import { detectDialect } from './csv-dialect.js'
import { columnOf, matchColumns } from './match-columns.js'
import { globPath, storeRejects, textValues } from './source-sql.js'
import type { OpenOptions, Source } from './source.js'
import type { SourceFile } from './source-file.js'

/** Opens a CSV file: detects its dialect and matches the names in its header. */
export function openCsv(table: Table, file: SourceFile, options: OpenOptions): Source {
  const { map = {}, delimiter, quote, noHeader = false } = options
  const { fields, ...dialect } = detectDialect(file.head, {
    ...(delimiter !== undefined && { delimiter }),
    ...(quote !== undefined && { quote }),
    header: !noHeader,
    isWanted: (name) => columnOf(table, name, map) !== undefined,
    fieldCount: columnsOf(table).length,
  })
  const names = dialect.header ? fields : Object.keys(table.columns)
  if (!dialect.header && fields.length !== names.length) {
    throw new Error(
      `${file.name} has no header, so its fields must be in the order of table ${table.name}'s columns: expected ${names.length} (${names.join(', ')}), got ${fields.length}`,
    )
  }
  const undecoded = dialect.header ? fields.find((name) => name.includes('\u{FFFD}')) : undefined
  if (undecoded !== undefined) {
    throw new Error(
      `${file.name} expected column names in UTF-8 in its first line, got ${undecoded}: state another encoding with \`encoding\``,
    )
  }
  if (dialect.header && !fields.some((name) => columnOf(table, name, map) !== undefined)) {
    throw new Error(
      `${file.name} expected the names of table ${table.name}'s columns (${Object.keys(table.columns).join(', ')}) in its first line, got ${fields.join(` ${dialect.delimiter} `)}: set \`delimiter\`, rename columns with \`map\`, or set \`noHeader\` if fields are in the table's order`,
    )
  }
  const matched = matchColumns(table, file.name, names, options)
  const settings = [
    `columns = {${names.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ')}}`,
    `auto_detect = false, header = ${dialect.header}`,
    `delim = ${quoteLiteral(dialect.delimiter)}, quote = ${quoteLiteral(dialect.quote)}, escape = ${quoteLiteral(dialect.quote)}`,
    // An empty field is no value; quotes with nothing between them are an empty text, which only varchar holds.
    `nullstr = '', allow_quoted_nulls = false`,
    storeRejects,
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
      from: `read_csv(${globPath(file.path)}, ${settings.join(', ')})`,
      values: textValues(table, matched, options),
      texts: names.map((_, index) => `c${index}`),
      row: `[${names.map((_, index) => `c${index}`).join(', ')}]`,
    },
  }
}
