import type { GenerateReport } from '@minilake/lake'
import type { IngestReport } from '@minilake/lake'
import type { LakeBackend } from '@minilake/lake'
import type { CatalogReport } from '@minilake/lake'
import type { Session } from '../session.js'
import type { Verification } from '@minilake/lake'
import { bytesText, count, firstLines } from '@minilake/lake'

/** What was generated, in a line; none where nothing was. */
export function generatedLines(
  { written, replaced, unchanged, rows, bytes }: GenerateReport,
  out: string,
): string[] {
  if (written + replaced + unchanged === 0) return []
  return [
    `${outcomes({ generated: written, replaced, unchanged })} in ${out}/: ${count(rows, 'row')}, ${bytesText(bytes)}`,
  ]
}

/** What was published and what was not, in a line; none where there was nothing to do. */
export function ingestedLines(report: IngestReport, location: string): string[] {
  const { published, replaced, unchanged, bytes, truths, partsResumed } = report
  const { conflicts, unverifiable, failures } = report
  const untouched = {
    'in conflict': conflicts.length,
    unverifiable: unverifiable.length,
    failed: failures.length,
  }
  const hasTrouble = Object.values(untouched).some((files) => files > 0)
  if (published + replaced > 0 || hasTrouble) {
    const resumed =
      partsResumed > 0 ? `, ${count(partsResumed, 'part')} of interrupted uploads not sent again` : ''
    return [
      `${outcomes({ published, replaced, unchanged, ...untouched })} in ${location}/: ${bytesText(bytes)} written${resumed}`,
    ]
  }
  if (truths > 0)
    return [`${count(unchanged, 'file')} unchanged in ${location}/, ${count(truths, 'truth file')} written`]
  return unchanged > 0
    ? [`nothing new to publish: ${count(unchanged, 'file')} unchanged in ${location}/`]
    : []
}

/** What making the tables known has changed, a line or more. */
export function cataloguedLines(report: CatalogReport, lake: LakeBackend): string[] {
  return report.changes.length > 0 ? report.changes : [lake.knownText(report)]
}

/** Says which tables are not as defined, if any, and makes the exit code 1 for it. */
export function warnOfDifferences(
  { differences }: CatalogReport,
  { terminal, fail }: Pick<Session, 'terminal' | 'fail'>,
): void {
  if (differences.length > 0) fail()
  differences.forEach((line) => terminal.warn(line))
}

/** Says what could not be done, if anything, and makes the exit code 1 for it. */
export function warnOfTrouble(report: Trouble, { terminal, fail }: Pick<Session, 'terminal' | 'fail'>): void {
  const lines = troubleLines(report)
  if (lines.length > 0) fail()
  lines.forEach((line) => terminal.warn(line))
}

/** What was not done; only what is published can be unverifiable. */
type Trouble = Pick<IngestReport, 'conflicts' | 'failures'> & Partial<Pick<IngestReport, 'unverifiable'>>

/** What could not be done, a line each: conflicts with the way out, then failures. Empty where all went well. */
function troubleLines({ conflicts, unverifiable = [], failures }: Trouble): string[] {
  return [
    ...firstLines(unverifiable.map(({ reason }) => `unverifiable: ${reason}`)),
    ...firstLines(conflicts.map(({ reason }) => `conflict: ${reason}`)),
    ...(conflicts.length > 0
      ? [
          `left as they were (${count(conflicts.length, 'file')}): they come from other options or were changed; --overwrite replaces them`,
        ]
      : []),
    ...firstLines(failures.map(({ reason }) => `failed: ${reason}`)),
  ]
}

/** What a verification found, a line or more. */
export function verifiedLines({
  table,
  files,
  hours,
  rows,
  alarmRows,
  alarms,
  isOrderCompared,
  withoutTruth,
  missing,
  differences,
}: Verification): string[] {
  const found = [
    ...missing.map((key) => `${key} is missing: its truth is there, the file is not`),
    ...withoutTruth.map((key) => `${key} has no truth: nothing is known about it`),
    ...differences,
  ]
  if (found.length > 0) {
    return [
      `table ${table}: ${count(found.length, 'difference')} from the truth`,
      ...firstLines(found).map((line) => `  ${line}`),
    ]
  }
  return [
    `table ${table}: ${count(rows, 'row')} in ${count(hours, 'hour')} of ${count(files, 'file')}, ${count(alarmRows, 'alarm row')} and ${count(alarms, 'alarm')} agree with the truth${isOrderCompared ? '' : '; the order of rows was not compared: the engine does not tell it'}`,
  ]
}

/** `7 files generated, 2 unchanged`; outcomes that did not happen are left out. */
function outcomes(counts: Record<string, number>): string {
  const parts = Object.entries(counts).filter(([, number]) => number > 0)
  return parts
    .map(([word, number], index) => `${index === 0 ? count(number, 'file') : number} ${word}`)
    .join(', ')
}
