import { type BadRow, badRowText, type SourceDescription, type TimeOptions } from '@minilake/import'
import { flagText } from './flag-text.js'
import type { ImportReport } from './import-files.js'
import { bytesText, count, firstLines } from './words.js'

/** How files are read, a line for each: what was found out about it, and what was stated. */
export function sourceLines(
  sources: readonly SourceDescription[],
  { timeFormat = 'iso', zone }: TimeOptions,
): string[] {
  const times = `times as ${timeFormat}, ${zone === undefined ? 'each with its zone' : `zone ${zone}`}`
  return sources.flatMap(({ name, format, encoding, dialect, columns }) => {
    const layout = dialect && [
      `fields between ${JSON.stringify(dialect.delimiter)}`,
      dialect.quote === '' ? 'never quoted' : `quoted by ${dialect.quote}`,
      dialect.header ? 'with a header' : 'without a header',
    ]
    const facts = [format, ...(encoding === undefined ? [] : [encoding]), ...(layout ?? []), times]
    const absent = Object.keys(columns).filter((column) => columns[column] === null)
    return [
      `${name}: ${facts.join(', ')}`,
      ...(absent.length > 0 ? [`${name} has no ${absent.join(', ')}: no values there`] : []),
    ]
  })
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
    `${files} in ${out}/${table}/: ${count(rows, 'row')} in ${count(keys.length, 'file')}, ${bytesText(bytes)}`,
  ]
}

/** Bad rows, a line for each of the first. */
export function badRowLines(rows: readonly BadRow[], total: number): string[] {
  const shown = firstLines(rows.map((row) => flagText(badRowText(row))))
  const more = total - rows.length
  return more > 0 && rows.length <= 10 ? [...shown, `… and ${more.toLocaleString('en-US')} more`] : shown
}
