import { quoteLiteral, type Table } from '@minilake/schema'
import type { DuckDb } from '../duckdb/open-duckdb.js'
import { matchColumns } from './match-columns.js'
import { matchKeys } from './match-keys.js'
import { globPath, storeRejects, textValues } from './source-sql.js'
import type { OpenOptions, Source } from './source.js'
import type { SourceFile } from './source-file.js'

/**
 * Opens a file of JSON objects, one in each line, or in an array, or one after the other. Lines are read as CSV with one column, so that DuckDB returns every
 * line, even if it is not JSON.
 */
export async function openNdjson(
  table: Table,
  file: SourceFile,
  options: OpenOptions,
  db: DuckDb,
): Promise<Source> {
  const { isMessages = false } = options
  const shape = isMessages ? undefined : await jsonShape(file, db)
  // JSON contains no raw control characters, so the delimiter \u0001 never occurs in a valid line.
  const lines = (onBadLine: string) =>
    shape === undefined
      ? `read_csv(${globPath(file.path)}, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', strict_mode = false, max_line_size = 16777216, ${onBadLine})`
      : objectsOf(file, shape)
  const object = `CASE WHEN json_valid(line) THEN CASE WHEN json_type(line) = 'OBJECT' THEN line END END`
  // Lines with the same keys are grouped first, as there are few such groups.
  const found = await db.rows(
    `SELECT name, bool_or(repeats) FROM (SELECT unnest(keys) AS name, number, ${repeatsKey('keys')} AS repeats FROM (SELECT keys, min(number) AS number FROM (SELECT json_keys(${object}) AS keys, row_number() OVER () AS number FROM ${lines('ignore_errors = true')}) GROUP BY keys)) GROUP BY name ORDER BY min(number), name`,
  )
  const foundNames = found.map(([name]) => String(name))
  const mayRepeat = found.some(([, repeats]) => repeats === true)
  if (foundNames.length === 0 && !isMessages)
    throw new Error(`${file.name} expected a JSON object in each line, got none`)
  const { names, matched, others, extra } = isMessages
    ? matchKeys(table, foundNames, options)
    : {
        names: foundNames,
        matched: matchColumns(table, file.name, foundNames, options),
        others: [],
        extra: [],
      }
  const isMatched = matched.flatMap((index) => index ?? [])
  const wanted = [...isMatched, ...others.flatMap(({ indexes }) => indexes)]
  const pointer = (index: number) =>
    quoteLiteral(`/${(names[index] as string).replaceAll('~', '~0').replaceAll('/', '~1')}`)
  const values = `json_extract_string(object, [${wanted.map(pointer).join(', ')}])`
  /** The value of a column: that of the first of its keys that an object has. */
  const valueOf = (index: number) => {
    const { indexes = [] } = others.find(({ of }) => of === index) ?? {}
    return `coalesce(${[index, ...indexes, index].map((each) => `list[${wanted.indexOf(each) + 1}]`).join(', ')})`
  }
  const isExtra = `len(list_intersect(json_keys(object), [${extra.map(quoteLiteral).join(', ')}])) > 0`
  const faults = [
    { condition: 'object IS NULL', reason: noObject },
    ...(mayRepeat
      ? [{ condition: repeatsKey('json_keys(object)'), reason: `'expected each key once'` }]
      : []),
    ...(extra.length > 0
      ? [{ condition: isExtra, reason: `'expected no keys but columns of the table'` }]
      : []),
  ]
  return {
    file,
    isMessages,
    names,
    matched: matched.map((index) => (index === undefined ? undefined : names[index])),
    ...(shape === undefined && {
      layout: { delimiter: '', quote: '', skippedLines: 0, skipsBlank: false },
    }),
    rows: {
      from: `(SELECT line, object, ${isMatched.map((index) => `${valueOf(index)} AS c${index}`).join(', ')} FROM (SELECT line, object, ${values} AS list FROM (SELECT line, ${object} AS object FROM ${lines(storeRejects)})))`,
      values: textValues(table, matched, options),
      texts: names.map((_, index) => `json_extract_string(object, ${pointer(index)})`),
      row: '[line]',
      isBlank: `trim(coalesce(line, ''), ' \t\r') = ''`,
      isBad: {
        condition: faults.map(({ condition }) => condition).join(' OR '),
        reason: `CASE ${faults.map(({ condition, reason }) => `WHEN ${condition} THEN ${reason}`).join(' ')} END`,
      },
    },
  }
}

/** A file of JSON objects that are not one in each line: an array, or objects one after the other. */
type JsonShape = 'array' | 'unstructured'

/** The shape of a file whose first line is not an object of its own; undefined for lines, or if the file has no shape throughout. */
async function jsonShape(file: SourceFile, db: DuckDb): Promise<JsonShape | undefined> {
  const [line = ''] = file.head.trimStart().split(/\r?\n/, 1)
  if (isObject(line) || !/^[{[]/.test(line)) return undefined
  const shape = line.startsWith('[') ? 'array' : 'unstructured'
  try {
    const [row] = await db.rows(`SELECT count(*) FROM ${objectsOf(file, shape)}`)
    return Number(row?.[0]) > 0 ? shape : undefined
  } catch {
    return undefined // its lines are then reported one by one
  }
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

function objectsOf({ path }: SourceFile, shape: JsonShape): string {
  return `(SELECT CAST(json AS VARCHAR) AS line FROM read_json_objects(${globPath(path)}, format = '${shape}', maximum_object_size = 16777216))`
}

const noObject = `'expected a JSON object'`

function repeatsKey(keys: string): string {
  return `len(${keys}) <> list_unique(${keys})`
}
