import { columnsOf, quoteLiteral, type Table } from '@minilake/schema'
import { areSimpleLines, blankLines } from './blank-lines.js'
import { detectDialect } from './csv-dialect.js'
import { isPosition, joinedSql, madeColumns, mapParts } from './made-columns.js'
import { columnOf, foldName, matchColumns } from './match-columns.js'
import { shownName } from './shown-name.js'
import { globPath, storeRejects, textValues } from './source-sql.js'
import type { OpenOptions, Source } from './source.js'
import type { SourceFile } from './source-file.js'

/** Opens a CSV file: finds its header and dialect, and matches the names in the header. */
export async function openCsv(table: Table, file: SourceFile, options: OpenOptions): Promise<Source> {
  const { map = {}, delimiter, quote, noHeader = false, skipLines, skipAfterHeader, comment } = options
  const mapped = Object.keys(map).flatMap(mapParts)
  const isWanted = (name: string) =>
    columnOf(table, name, map) !== undefined || mapped.some((part) => foldName(part) === foldName(name))
  const hasPositions = mapped.some(isPosition)
  const { fields, line, skippedLines, ...dialect } = detectDialect(file.head, {
    ...(skipLines !== undefined && { skipLines }),
    ...(skipAfterHeader !== undefined && { skipAfterHeader }),
    ...(comment !== undefined && { comment }),
    ...(delimiter !== undefined && { delimiter }),
    ...(quote !== undefined && { quote }),
    header: !noHeader,
    isWanted,
    fieldCount: columnsOf(table).length,
  })
  const positions = fields.map((_, index) => `#${index + 1}`)
  const inOrder = hasPositions ? positions : Object.keys(table.columns)
  const names = dialect.header ? fields : inOrder
  if (!dialect.header && fields.length !== names.length) {
    throw new Error(
      `${file.name} has no header, so its fields must be in the order of table ${table.name}'s columns: expected ${names.length} (${names.join(', ')}), got ${fields.length}`,
    )
  }
  const undecoded = dialect.header ? fields.find((name) => name.includes('\u{FFFD}')) : undefined
  if (undecoded !== undefined) {
    throw new Error(
      `${file.name} expected column names in UTF-8 in line ${line}, got ${undecoded}: state another encoding with \`encoding\``,
    )
  }
  if (dialect.header && !hasPositions && !fields.some(isWanted)) {
    throw new Error(
      `${file.name} expected the names of table ${table.name}'s columns (${Object.keys(table.columns).join(', ')}) in ${skipLines === undefined ? 'one of its first lines' : `line ${line}`}, got ${fields.map(shownName).join(` ${dialect.delimiter} `)} in line ${line}: set \`delimiter\`, rename columns with \`map\`, or set \`noHeader\` if fields are in the table's order`,
    )
  }
  const made = madeColumns(table, names, map)
  const allNames = [...names, ...made.map(({ name }) => name)]
  const used = new Set(made.flatMap(({ from }) => from))
  const matched = matchColumns(table, file.name, allNames, options, used)
  const lines = { ...dialect, comment, skippedLines }
  const isInPlace = comment === undefined && areSimpleLines(file.head, lines)
  const path = isInPlace ? file.path : file.copyPath
  if (!isInPlace) await blankLines(file.path, path, lines)
  const settings = [
    `columns = {${names.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ')}}`,
    `auto_detect = false, header = false, skip = ${skippedLines}`,
    `delim = ${quoteLiteral(dialect.delimiter)}, quote = ${quoteLiteral(dialect.quote)}, escape = ${quoteLiteral(dialect.quote)}`,
    // An empty field is no value; quotes with nothing between them are an empty text, which only varchar holds.
    `nullstr = '', allow_quoted_nulls = false`,
    // By default 32 MB, of which each thread holds some.
    `buffer_size = 8000000`,
    storeRejects,
  ]
  const records = `read_csv(${globPath(path)}, ${settings.join(', ')})`
  return {
    file: { ...file, path },
    names: allNames,
    matched: matched.map((index) => (index === undefined ? undefined : allNames[index])),
    dialect,
    ...(dialect.header && { headerLine: line }),
    layout: {
      ...dialect,
      skippedLines,
      skipsBlank: names.length > 1,
    },
    rows: {
      from:
        made.length === 0
          ? records
          : `(SELECT *, ${made.map((column, at) => `${joinedSql(column)} AS c${names.length + at}`).join(', ')} FROM ${records})`,
      values: textValues(table, matched, options),
      texts: allNames.map((_, index) => `c${index}`),
      // DuckDB skips blank lines itself if there are several columns.
      ...(comment !== undefined && names.length === 1 && { isBlank: 'c0 IS NULL' }),
      row: `[${names.map((_, index) => `c${index}`).join(', ')}]`,
    },
  }
}
