import { BadRowsError, fileFormats, type ReadOptions } from '@minilake/import'
import { Command, Option } from 'commander'
import { findTable } from '../options/find-table.js'
import { flagText, inFlags } from '@minilake/lake'
import { importFiles, type ImportReport } from '@minilake/lake'
import { badRowLines, importedLines, sourceLines } from '../print/import-lines.js'
import { addMapping, delimiter, parsedBy, quote, wholeNumber } from '../options/parsers.js'
import { jsonText } from '../print/result-format.js'
import { type Environment, openSession, type Session } from '../session.js'
import { settingOption } from '../options/setting-option.js'
import { count } from '@minilake/lake'

type ImportFlags = Omit<ReadOptions, 'header' | 'signal' | 'maxBadRows' | 'tempFolder'> & {
  table: string
  header: boolean
  skipBad: number
  maxPartitions: number
}

/** `minilake import`: turn files of readings into data files of a table. */
export function importCommand(environment: Environment): Command {
  return new Command('import')
    .description(
      "turn CSV, NDJSON or Parquet files into a table's data files, one per partition; minilake ingest then publishes them",
    )
    .argument('<files...>', 'files to read: .csv, .ndjson or .parquet, also with .gz; - for standard input')
    .requiredOption('--table <name>', 'table that the readings are of')
    .option(
      '--map <source=column>',
      "column of the files that is one of the table's; may be given again (default: by name, whatever the case)",
      addMapping,
    )
    .option('--ignore-extra', "leave columns out that are none of the table's")
    .option(
      '--time-format <format>',
      'iso, epoch-s, epoch-ms, epoch-us, or a pattern such as "%d.%m.%Y %H:%M:%S"',
      'iso',
    )
    .option(
      '--zone <zone>',
      'zone of the clock, where times do not name theirs: UTC, +02:00 or Europe/Berlin (default: every time names it)',
    )
    .option('--strict-time', 'refuse times finer than a millisecond (default: floor and count them)')
    .option(
      '--skip-bad <n>',
      'bad rows at the most to leave out, and to write to _rejected/ in the folder',
      parsedBy(wholeNumber(0)),
      0,
    )
    .addOption(
      new Option(
        '--format <format>',
        "kind of files (default: by the name's ending, else by content)",
      ).choices(fileFormats),
    )
    .option('--encoding <name>', 'of text: utf-8, utf-16le, windows-1252 … (default: by content)')
    .option(
      '--delimiter <text>',
      'between CSV fields; tab for a tab (default: what finds the names in the header)',
      parsedBy(delimiter),
    )
    .option(
      '--quote <character>',
      'around CSV fields; none for none (default: " or \', by content)',
      parsedBy(quote),
    )
    .option('--no-header', "CSV has no header: fields are taken in the order of the table's columns")
    .option('--null-text <text>', 'text of a CSV field that stands for no value, such as NA')
    .option(
      '--max-partitions <n>',
      'partitions at the most; more are a sign of misread times',
      parsedBy(wholeNumber(1)),
      3660,
    )
    .addOption(settingOption('out', 'folder'))
    .action(async (files: string[], flags: ImportFlags, command: Command) => {
      const session = await openSession(command, environment)
      const { lake, settings, signal, terminal, json } = session
      const { table: name, header, skipBad, maxPartitions, ...read } = flags
      const table = findTable(lake.tables, name)
      const out = settings.out.value
      const { stdin } = environment.process
      const report = await importFiles(
        table,
        files.map((file) => (file === '-' ? { name: 'standard input', bytes: stdin } : file)),
        {
          read: { ...read, noHeader: !header, maxBadRows: skipBad },
          out,
          maxPartitions,
          signal,
          onOpen: (sources) => sourceLines(sources, read).forEach((line) => terminal.note(line)),
        },
      ).catch((error: unknown) => reportError(error, session))
      if (report === undefined) return
      if (json) await terminal.data(`${jsonText({ out, ...report }, 2)}\n`)
      else importedLines(report, out).forEach((line) => terminal.note(line))
    })
}

/** Says which rows are bad, if it is that; any other error in the words of the command line. */
async function reportError(
  error: unknown,
  { terminal, json, fail }: Session,
): Promise<ImportReport | undefined> {
  if (!(error instanceof BadRowsError)) {
    if (error instanceof Error) error.message = flagText(error.message)
    throw error
  }
  const { count: total, rows } = error
  fail()
  if (json) await terminal.data(`${jsonText({ badRows: total, bad: inFlags(rows) }, 2)}\n`)
  else badRowLines(rows, total).forEach((line) => terminal.warn(line))
  terminal.warn(
    `minilake: nothing was imported: ${count(total, 'bad row')} (mend them, or --skip-bad ${total} leaves them out)`,
  )
  return undefined
}
