import type { EarlierRows, ImportReport, Lake, MergeCounts, NeighbourRows } from '@minilake/lake'
import type { SourceDescription, TimeOptions } from '@minilake/import'
import { bytesText, count, firstLines } from '@minilake/lake/text'

/** How files are read, one line each: what their content shows, and what the options say. */
export function sourceLines(
  sources: readonly SourceDescription[],
  { timeFormat = 'iso', zone }: TimeOptions,
): string[] {
  return sources.flatMap(({ name, format, encoding, dialect, headerLine, columns }) => {
    const facts = [
      encoding === undefined ? format : `${format} in ${encoding}`,
      ...(dialect ? [`delimiter ${named(dialect.delimiter)}`, `quotes ${named(dialect.quote)}`] : []),
      ...(headerLine !== undefined && headerLine > 1 ? [`header in line ${headerLine}`] : []),
      ...(dialect?.header === false ? ['no header'] : []),
      `times ${timeFormat}, ${zone ?? (timeFormat.startsWith('epoch-') ? 'UTC' : 'each with its zone')}`,
    ]
    const absent = Object.keys(columns).filter((column) => columns[column] === null)
    return [
      `${name}: ${facts.join(', ')}`,
      ...(absent.length > 0 ? [`${name} has no ${absent.join(', ')}: null in every row`] : []),
    ]
  })
}

/** The name of a character that could not be seen, or would look like punctuation. */
function named(character: string): string {
  return names[character] ?? JSON.stringify(character)
}

const names: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'bar',
  '"': 'double',
  "'": 'single',
  '': 'none',
}

/** What was imported, as one line or more. A report of files that were only staged has no catalog. */
export function importedLines(
  report: Omit<ImportReport, 'mode' | 'catalog' | 'earlier' | 'shared'> &
    Partial<Pick<ImportReport, 'catalog' | 'earlier' | 'shared'>>,
  { out, store }: Pick<Lake, 'out' | 'store'>,
): string[] {
  const {
    table,
    importId,
    keys,
    written,
    unchanged,
    rows,
    bytes,
    badRows,
    rejected,
    flooredTimes,
    repeatedTimes,
    midnightTimes,
    catalog,
    earlier = [],
    shared = [],
    overwritten = [],
    neighbours = [],
    merged,
  } = report
  const folder = catalog ? store.location : out
  const files =
    written + overwritten.length === 0
      ? `nothing new: ${count(unchanged, 'file')} unchanged`
      : [
          ...(written > 0 ? [`${count(written, 'file')} written`] : []),
          ...(unchanged > 0 ? [`${written > 0 ? unchanged : count(unchanged, 'file')} unchanged`] : []),
        ].join(', ')
  return [
    ...(flooredTimes > 0
      ? [`${count(flooredTimes, 'time')} rounded down to a whole millisecond (--strict-time refuses them)`]
      : []),
    ...(repeatedTimes > 0
      ? [`${count(repeatedTimes, 'time')} in the repeated hour of a clock change, read as the later one`]
      : []),
    ...midnightTimes.map(
      ({ file, column, timeColumn }) =>
        `${file}: every time in ${column} is midnight, and ${timeColumn} looks like the time of day: join both with --map '${column},${timeColumn}=…' if they belong together`,
    ),
    ...(rejected === undefined
      ? []
      : [`${count(badRows, 'bad row')} left out, written to ${out}/${rejected}`]),
    `${files} in ${folder}/${table}/: ${count(rows, 'row')}, ${bytesText(bytes)}${partitionRange(keys)}, import ${importId}`,
    ...(merged ? [mergedLine(merged)] : []),
    ...firstLines(
      overwritten.map((each) => `${partitionText(table, each)} had ${heldText(each)}, which were removed`),
    ),
    ...firstLines(
      earlier.map(
        (each) =>
          `${partitionText(table, each)} already had ${heldText(each)}: these rows were added to them`,
      ),
    ),
    ...(earlier.length > 0
      ? [
          `minilake remove --table ${table} --import ${importId} takes these rows back, and minilake files --table ${table} names the imports of the others; --mode overwrite-partitions and --mode merge replace rows`,
        ]
      : []),
    ...firstLines(
      shared.map(
        (each) =>
          `${count(each.files, 'unchanged file')} of import ${each.importId}, which had the same rows: removing that import removes them`,
      ),
    ),
    ...firstLines(neighbours.map((each) => neighbourLine(table, each))),
    ...(catalog?.changes ?? []),
  ]
}

function mergedLine({ inserted, replaced, same, duplicates }: MergeCounts): string {
  const repeated =
    duplicates === 0 ? '' : `; ${count(duplicates, 'row')} left out, because later ones have the same key`
  return `${count(inserted, 'row')} inserted, ${replaced.toLocaleString('en-US')} replaced, ${same.toLocaleString('en-US')} there already${repeated}`
}

function neighbourLine(table: string, { imports, ...held }: NeighbourRows): string {
  const [first = '', ...more] = imports
  const others = more.length === 0 ? '' : ` and ${count(more.length, 'other')}`
  return `${held.partition} beside them was not changed: it has ${heldText(held)} of import ${first}${others} (minilake remove --table ${table} --import ${first} removes those of an import)`
}

function partitionText(table: string, { partition }: Pick<EarlierRows, 'partition'>): string {
  return partition === '' ? `table ${table}` : partition
}

function heldText({ files, rows }: Omit<EarlierRows, 'partition'>): string {
  return rows === null ? count(files, 'file') : `${count(rows, 'row')} in ${count(files, 'file')}`
}

/** The first and the last partition, which reveal misread times: `, event_date=2026-01-01 to event_date=2026-01-07`. */
function partitionRange(keys: readonly string[]): string {
  const partitions = keys.map((key) => key.split('/').slice(1, -1).join('/'))
  const [first = '', last = ''] = [partitions[0], partitions.at(-1)]
  if (first === '') return ''
  return first === last ? `, ${first}` : `, ${first} to ${last}`
}
