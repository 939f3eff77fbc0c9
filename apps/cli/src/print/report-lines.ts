import type { CatalogReport, GenerateReport, IngestReport, Lake, Verification } from '@minilake/lake'
import { bytesText, count, firstLines } from '@minilake/lake/text'
import type { Terminal } from './terminal.js'

/** Where a report's problems go. */
export interface Outlet {
  terminal: Pick<Terminal, 'warn'>
  /** Sets the exit code 1. */
  fail: () => void
}

/** What was generated, as one line; none when nothing was. */
export function generatedLines(
  { written, replaced, unchanged, unchangedByCrc, rows, bytes }: GenerateReport,
  out: string,
): string[] {
  if (written + replaced + unchanged === 0) return []
  return [
    `${outcomes({ generated: written, replaced, [unchangedWord({ unchanged, unchangedByCrc })]: unchanged })} in ${out}/: ${count(rows, 'row')}, ${bytesText(bytes)}`,
  ]
}

/** What was published, as one line; none when there was nothing to do. */
export function ingestedLines(report: IngestReport, location: string): string[] {
  const { published, replaced, unchanged, bytes, truths, partsResumed } = report
  const { conflicts, unverifiable, failures } = report
  const same = unchangedWord(report)
  const untouched = {
    'in conflict': conflicts.length,
    unverifiable: unverifiable.length,
    failed: failures.length,
  }
  const hasTrouble = Object.values(untouched).some((files) => files > 0)
  if (published + replaced > 0 || hasTrouble) {
    const resumed = partsResumed > 0 ? `, ${count(partsResumed, 'part')} of interrupted uploads kept` : ''
    return [
      `${outcomes({ published, replaced, [same]: unchanged, ...untouched })} in ${location}/: ${bytesText(bytes)} written${resumed}`,
    ]
  }
  if (truths > 0)
    return [`${count(unchanged, 'file')} ${same} in ${location}/, ${count(truths, 'truth file')} written`]
  return unchanged > 0 ? [`nothing new to publish: ${count(unchanged, 'file')} ${same} in ${location}/`] : []
}

/** What registering the tables changed, as one line or more. */
export function registeredLines({ changes, statements }: CatalogReport, { profile }: Lake): string[] {
  if (changes.length > 0) return changes
  if (profile === 'stack') return ['nothing new: the catalog is up to date']
  return [
    `DuckDB sets up its catalog with ${count(statements.length, 'statement')} each time it opens (minilake catalog prints them)`,
  ]
}

/** Warns of tables whose catalog entry differs from their definition, and sets the exit code 1. */
export function warnOfDifferences({ differences }: CatalogReport, { terminal, fail }: Outlet): void {
  if (differences.length > 0) fail()
  differences.forEach((line) => terminal.warn(line))
}

/** Warns of files that were not written, and sets the exit code 1. */
export function warnOfTrouble(report: Trouble, { terminal, fail }: Outlet): void {
  const lines = troubleLines(report)
  if (lines.length > 0) fail()
  lines.forEach((line) => terminal.warn(line))
}

type Trouble = Pick<IngestReport, 'conflicts' | 'failures'> & Partial<Pick<IngestReport, 'unverifiable'>>

function troubleLines({ conflicts, unverifiable = [], failures }: Trouble): string[] {
  return [
    ...firstLines(unverifiable.map(({ reason }) => `unverifiable: ${reason}`)),
    ...firstLines(conflicts.map(({ reason }) => `conflict: ${reason}`)),
    ...(conflicts.length > 0
      ? [
          `${count(conflicts.length, 'file')} not changed: generated with other options, or edited since; --overwrite replaces them`,
        ]
      : []),
    ...firstLines(failures.map(({ reason }) => `failed: ${reason}`)),
  ]
}

/** What a verification found, as one line or more. */
export function verifiedLines({
  table,
  source,
  files,
  hours,
  rows,
  alarmRows,
  alarms,
  isOrderCompared,
  withoutTruth,
  missing,
  unreadable,
  differences,
}: Verification): string[] {
  const found = [
    ...unreadable.map(({ key, reason }) => `${key} cannot be read: ${reason}`),
    ...missing.map((key) => `${key} is missing: it was put into the table, but is gone`),
    ...withoutTruth.map((key) => `${key} has no ${source} to compare with`),
    ...differences,
  ]
  if (found.length > 0) {
    return [
      `table ${table}: ${count(found.length, 'difference')} from the ${source}`,
      ...firstLines(found).map((line) => `  ${line}`),
      ...(unreadable.length === 0
        ? []
        : [
            `  compared without ${count(unreadable.length, 'unreadable file')}: ${count(rows, 'row')} in ${count(hours, 'hour')} of ${count(files, 'file')}; minilake doctor --deep says more`,
          ]),
    ]
  }
  if (source === 'checks')
    return [
      `table ${table}: ${count(rows, 'row')} of ${count(files, 'file')} agree with the counts and bounds in the files`,
    ]
  return [
    `table ${table}: ${count(rows, 'row')} in ${count(hours, 'hour')} of ${count(files, 'file')}, ${count(alarmRows, 'alarm row')} and ${count(alarms, 'alarm')} agree with the truth${isOrderCompared ? '' : '; the order of rows was not compared, because this engine does not reveal it'}`,
  ]
}

/** `unchanged`, and how many of the files a CRC showed it, if the store's ETags say nothing. */
function unchangedWord({
  unchanged,
  unchangedByCrc,
}: Pick<IngestReport, 'unchanged' | 'unchangedByCrc'>): string {
  if (unchangedByCrc === 0) return 'unchanged'
  return `unchanged (${unchangedByCrc < unchanged ? `${unchangedByCrc} ` : ''}by CRC)`
}

/** `7 files generated, 2 unchanged`; outcomes that did not happen are left out. */
function outcomes(counts: Record<string, number>): string {
  const parts = Object.entries(counts).filter(([, number]) => number > 0)
  return parts
    .map(([word, number], index) => `${index === 0 ? count(number, 'file') : number} ${word}`)
    .join(', ')
}
