import { type BadRow, badRowText, type SourceDescription, type TimeOptions } from '@minilake/import'
import { type ImportReport, inFlags } from '@minilake/lake'
import { bytesText, count, firstLines } from '@minilake/lake'

/** How files are read, a line for each: what was found out about it, and what was stated. */
export function sourceLines(
  sources: readonly SourceDescription[],
  { timeFormat = 'iso', zone }: TimeOptions,
): string[] {
  return sources.flatMap(({ name, format, encoding, dialect, columns }) => {
    const facts = [
      encoding === undefined ? format : `${format} in ${encoding}`,
      ...(dialect ? [`delimiter ${named(dialect.delimiter)}`, `quotes ${named(dialect.quote)}`] : []),
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

/** A character by its name, where by itself it could not be seen or told from the sentence. */
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

/** What was imported, a line or more. */
export function importedLines(report: ImportReport, out: string): string[] {
  const { table, keys, written, unchanged, rows, bytes, badRows, rejected, flooredTimes, repeatedTimes } =
    report
  const files =
    written === 0
      ? `nothing new: ${count(unchanged, 'file')} unchanged`
      : `${count(written, 'file')} written${unchanged > 0 ? `, ${unchanged} unchanged` : ''}`
  return [
    ...(flooredTimes > 0
      ? [
          `${count(flooredTimes, 'time')} finer than a millisecond floored to one (--strict-time refuses them)`,
        ]
      : []),
    ...(repeatedTimes > 0
      ? [`${count(repeatedTimes, 'time')} shown twice by the zone's clock read as the later one`]
      : []),
    ...(rejected === undefined
      ? []
      : [`${count(badRows, 'bad row')} left out, written to ${out}/${rejected}`]),
    `${files} in ${out}/${table}/: ${count(rows, 'row')}, ${bytesText(bytes)}${partitionRange(keys)}`,
  ]
}

/** The first and the last partition, by which misread times show: `, event_date=2026-01-01 to event_date=2026-01-07`. */
function partitionRange(keys: readonly string[]): string {
  const partitions = keys.map((key) => key.split('/').slice(1, -1).join('/'))
  const [first = '', last = ''] = [partitions[0], partitions.at(-1)]
  if (first === '') return ''
  return first === last ? `, ${first}` : `, ${first} to ${last}`
}

/** Bad rows, a line for each of the first. */
export function badRowLines(rows: readonly BadRow[], total: number): string[] {
  const shown = firstLines(inFlags(rows).map(badRowText))
  const more = total - rows.length
  return more > 0 && rows.length <= 10 ? [...shown, `… and ${more.toLocaleString('en-US')} more`] : shown
}
