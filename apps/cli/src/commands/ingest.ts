import { localFiles, type PublishProgress } from '@minilake/ingest'
import { Command, Option } from 'commander'
import { abandoned, abandonedAfterHours, unfinishedUploads, uploadText } from '@minilake/lake'
import { createOnceNote } from '../print/create-once-note.js'
import { ingestFolder, type IngestOptions, type IngestReport } from '@minilake/lake'
import { ingestWatching } from '@minilake/lake'
import { duration, parsedBy } from '../options/parsers.js'
import { readBack } from '@minilake/lake'
import { cataloguedLines, ingestedLines, warnOfDifferences, warnOfTrouble } from '../print/report-lines.js'
import { jsonText } from '../print/result-format.js'
import { type Environment, openSession, type Session } from '../session.js'
import { settingArgument } from '../options/setting-option.js'
import { UsageError } from '@minilake/lake'
import { bytesText, count, firstLines } from '@minilake/lake'

interface IngestFlags {
  overwrite?: boolean
  verify?: 'sample' | 'all'
  watch?: boolean
  clean?: boolean
}

/** `minilake ingest`: publish a folder's data files to the lake. */
export function ingestCommand(environment: Environment): Command {
  return new Command('ingest')
    .description('publish data files to the lake: each once, unchanged ones are left alone')
    .addArgument(settingArgument('out', 'folder'))
    .option('--overwrite', 'replace objects that have other content')
    .addOption(
      new Option(
        '--verify <files>',
        'then read published files back and compare them: a sample of ten, or all',
      ).choices(['sample', 'all']),
    )
    .option(
      '--watch',
      'go on with files as they are finished, until interrupted; new partitions are registered',
    )
    .addOption(
      new Option(
        '--resume-after <duration>',
        'an upload that nobody has written to for so long was interrupted: go on with it (S3 only)',
      )
        .argParser(parsedBy(duration))
        .default(60, '1m'),
    )
    .option(
      '--clean',
      `first remove what uploads abandoned for over ${abandonedAfterHours} hours have left (S3 only)`,
    )
    .action(async (out: string | undefined, flags: IngestFlags, command: Command) => {
      if (flags.watch && flags.verify)
        throw new UsageError('--verify reads back once all is published, which --watch never says: give one')
      const session = await openSession(command, environment, { out })
      const { lake, signal } = session
      if (flags.clean) {
        await removeAbandoned(session)
        const hasNone = out === undefined && (await sizeOf(session.settings.out.value)).files === 0
        if (!flags.watch && hasNone) return
      }
      const options: IngestOptions = {
        tables: lake.tables,
        store: lake.store,
        overwrite: flags.overwrite ?? false,
        signal,
        beforeWrite: createOnceNote(lake.store, session),
      }
      if (flags.watch) await watch(session, options)
      else await ingestOnce(session, options, flags.verify)
    })
}

async function ingestOnce(session: Session, options: IngestOptions, extent: IngestFlags['verify']) {
  const { lake, settings, terminal, json, signal, fail } = session
  const folder = settings.out.value
  const total = { files: 0, bytes: 0 }
  const bar = await terminal.progress('publishing', async () => {
    Object.assign(total, await sizeOf(folder))
    return total.bytes
  })
  const start = performance.now()
  const published: string[] = []
  const report = await ingestFolder(folder, {
    ...options,
    onObject: ({ key, outcome }) => {
      if (outcome === 'published' || outcome === 'replaced' || outcome === 'unchanged') published.push(key)
    },
    onProgress: (progress) =>
      bar.at(
        Math.min(progress.bytesDone, total.bytes),
        progressText(progress, total, performance.now() - start),
      ),
  }).finally(() => bar.stop())
  if (!json) ingestedLines(report, lake.store.location).forEach((line) => terminal.note(line))
  warnOfTrouble(report, session)
  const back = extent && (await readBack(published.sort(), { folder, store: lake.store, extent, signal }))
  if (back) {
    if (!json) terminal.note(`${count(back.compared, 'file')} read back from ${lake.store.location}/`)
    firstLines(back.differences).forEach((line) => terminal.warn(`different: ${line}`))
    if (back.differences.length > 0) fail()
  }
  if (settings.profile.value === 'stack' && report.published > 0) {
    terminal.note('minilake catalog --profile stack makes new tables and partitions known to Trino')
  }
  if (json)
    await terminal.data(
      `${jsonText({ location: lake.store.location, ...report, ...(back && { readBack: back }) }, 2)}\n`,
    )
}

/** Ends when the user interrupts, which is how watching is meant to end. */
async function watch(session: Session, options: IngestOptions): Promise<void> {
  const { lake, settings, terminal, json, fail } = session
  const folder = settings.out.value
  const { location } = lake.store
  let files = 0
  let noteGuarantee = createOnceNote(lake.store, session)
  terminal.note(`watching ${folder}/ for finished files; Ctrl-C ends it`)
  const unpublished = await ingestWatching(folder, lake, {
    ...options,
    beforeWrite: () => noteGuarantee(),
    // Not by the reports: where the store fails in the middle there is none.
    onObject: ({ outcome }) => {
      if (outcome === 'published' || outcome === 'replaced') files += 1
    },
    view: {
      ingested: async (report: IngestReport) => {
        if (json) await terminal.data(`${jsonText({ location, ...report })}\n`)
        else ingestedLines(report, location).forEach((line) => terminal.note(line))
        warnOfTrouble(report, { terminal, fail: () => undefined })
      },
      catalogued: (report) => {
        if (report.changes.length > 0) cataloguedLines(report, lake).forEach((line) => terminal.note(line))
        warnOfDifferences(report, session)
      },
      troubled: (error) => {
        noteGuarantee = createOnceNote(lake.store, session) // what a store that was down did not say
        terminal.warn(`${error instanceof Error ? error.message : String(error)}; tried again in a moment`)
      },
    },
  })
  terminal.note(`no longer watching ${folder}/: ${count(files, 'file')} published`)
  if (unpublished.size === 0) return
  terminal.warn(`not published: ${[...unpublished].join(', ')}`)
  fail()
}

async function removeAbandoned({ lake, terminal, signal }: Session): Promise<void> {
  const { tables, store } = lake
  const uploads = abandoned(await unfinishedUploads(tables, store))
  for (const upload of uploads) terminal.note(`removing ${uploadText(upload)}`)
  for (const upload of uploads) {
    signal.throwIfAborted()
    await store.abortUpload?.(upload)
  }
  terminal.note(
    `${count(uploads.length, 'abandoned upload')} removed${uploads.length > 0 ? `, ${bytesText(uploads.reduce((sum, { bytes }) => sum + bytes, 0))}` : ''}`,
  )
}

async function sizeOf(folder: string): Promise<{ files: number; bytes: number }> {
  const total = { files: 0, bytes: 0 }
  try {
    for await (const { size } of localFiles(folder)) {
      total.files += 1
      total.bytes += size
    }
  } catch {
    return { files: 0, bytes: 0 } // what is wrong with the folder, the ingest itself says
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
