import { localFiles, type PublishProgress } from '@minilake/ingest'
import { UsageError } from '@minilake/lake'
import { bytesText, count, firstLines } from '@minilake/lake/text'
import { Command, Option } from 'commander'
import { resumeAfterOption } from '../options/resume-after-option.js'
import { settingArgument } from '../options/setting-option.js'
import { changeNotes } from '../print/change-notes.js'
import { createOnceWarning } from '../print/create-once-warning.js'
import { ingestedLines, registeredLines, warnOfDifferences, warnOfTrouble } from '../print/report-lines.js'
import { jsonText } from '@minilake/lake/format'
import { type Environment, type Session, withSession } from '../session.js'

interface IngestFlags {
  overwrite?: boolean
  verify?: 'sample' | 'all'
  watch?: boolean
}

/** `minilake ingest`: publish a folder's data files to the lake. */
export function ingestCommand(environment: Environment): Command {
  return new Command('ingest')
    .description('publish data files to the lake, each once; files that are there already are unchanged')
    .addArgument(settingArgument('out', 'folder'))
    .option('--overwrite', 'replace objects that have other content')
    .addOption(
      new Option(
        '--verify <files>',
        'read published files back and compare them: a sample of ten, or all',
      ).choices(['sample', 'all']),
    )
    .option('--watch', 'publish files as they are finished and register new partitions, until interrupted')
    .addOption(resumeAfterOption())
    .action((out: string | undefined, flags: IngestFlags, command: Command) => {
      if (flags.watch && flags.verify)
        throw new UsageError('--watch never ends, so --verify has nothing to check afterwards: give one')
      const work = (session: Session) => (flags.watch ? watch(session, flags) : ingestOnce(session, flags))
      return withSession(command, environment, work, { out })
    })
}

async function ingestOnce(session: Session, { overwrite = false, verify }: IngestFlags): Promise<void> {
  const { lake, terminal, json, signal, fail } = session
  const { location } = lake.store
  const total = { files: 0, bytes: 0 }
  const bar = await terminal.progress('publishing', async () => {
    Object.assign(total, await sizeOf(lake.out))
    return total.bytes
  })
  const start = performance.now()
  const report = await lake
    .ingest({
      overwrite,
      signal,
      ...(verify && { verify }),
      ...changeNotes(session),
      onCreateOnce: createOnceWarning(location, terminal),
      onProgress: (progress) =>
        bar.at(
          Math.min(progress.bytesDone, total.bytes),
          progressText(progress, total, performance.now() - start),
        ),
    })
    .finally(() => bar.stop())
  if (!json) ingestedLines(report, location).forEach((line) => terminal.note(line))
  warnOfTrouble(report, session)
  const { readBack } = report
  if (readBack) {
    if (!json) terminal.note(`${count(readBack.compared, 'file')} read back from ${location}/`)
    firstLines(readBack.differences).forEach((line) => terminal.warn(`different: ${line}`))
    if (readBack.differences.length > 0) fail()
  }
  if (lake.profile === 'stack' && report.published > 0)
    terminal.note('next: minilake catalog --profile stack registers new tables and partitions with Trino')
  if (json) await terminal.data(`${jsonText({ location, ...report }, 2)}\n`)
}

/** Ends when the user interrupts, which is how watching is meant to end. */
async function watch(session: Session, { overwrite = false }: IngestFlags): Promise<void> {
  const { lake, terminal, json, signal, fail } = session
  const { location } = lake.store
  terminal.note(`watching ${lake.out}/ for finished files; Ctrl-C ends it`)
  const { published, unpublished } = await lake.watch({
    overwrite,
    signal,
    ...changeNotes(session),
    onCreateOnce: createOnceWarning(location, terminal),
    onIngested: async (report) => {
      if (json) await terminal.data(`${jsonText({ location, ...report })}\n`)
      else ingestedLines(report, location).forEach((line) => terminal.note(line))
      warnOfTrouble(report, { terminal, fail: () => undefined })
    },
    onRegistered: (report) => {
      if (report.changes.length > 0) registeredLines(report, lake).forEach((line) => terminal.note(line))
      warnOfDifferences(report, session)
    },
    onFailure: (error, retrySeconds) =>
      terminal.warn(
        `${error instanceof Error ? error.message : String(error)}; trying again in ${retrySeconds} s`,
      ),
  })
  terminal.note(`stopped watching ${lake.out}/: ${count(published, 'file')} published`)
  if (unpublished.length === 0) return
  terminal.warn(`not published: ${unpublished.join(', ')}`)
  fail()
}

async function sizeOf(folder: string): Promise<{ files: number; bytes: number }> {
  const total = { files: 0, bytes: 0 }
  try {
    for await (const { size } of localFiles(folder)) {
      total.files += 1
      total.bytes += size
    }
  } catch {
    return { files: 0, bytes: 0 } // the ingest itself reports what is wrong with the folder
  }
  return total
}

function progressText(
  { objects, bytesDone, bytesSent }: PublishProgress,
  total: { files: number; bytes: number },
  millis: number,
): string {
  const done = Math.min(bytesDone, total.bytes)
  return `${Math.min(objects, total.files)}/${total.files} files, ${bytesText(done)} of ${bytesText(total.bytes)}, ${bytesText((1000 * bytesSent) / millis)}/s`
}
