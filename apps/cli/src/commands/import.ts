import { BadRowsError, fileFormats, type ReadOptions } from '@minilake/import'
import { UsageError, type WriteMode, writeModes } from '@minilake/lake'
import { count } from '@minilake/lake/text'
import { lakeNames, numericColumns, type Table } from '@minilake/schema'
import { Command, Option } from 'commander'
import { asUsageError } from '../options/as-usage.js'
import { findTable, tableOption } from '../options/find-table.js'
import { flagText } from '../options/flag-text.js'
import {
  addMapping,
  addText,
  delimiter,
  parsedBy,
  quote,
  wholeNumber,
  yearRange,
} from '../options/parsers.js'
import { settingOption } from '../options/setting-option.js'
import { changeNotes } from '../print/change-notes.js'
import { createOnceWarning } from '../print/create-once-warning.js'
import { importedLines, sourceLines } from '../print/import-lines.js'
import { reportBadRows } from '../print/report-bad-rows.js'
import { jsonText } from '@minilake/lake/format'
import { resumeAfterOption } from '../options/resume-after-option.js'
import { type Environment, type Session, withSession } from '../session.js'

type ImportFlags = Omit<ReadOptions, 'header' | 'format' | 'signal' | 'maxBadRows' | 'tempFolder'> & {
  table?: string
  out?: string
  header: boolean
  inputFormat?: ReadOptions['format']
  skipBad: number
  maxPartitions: number
  mode: WriteMode
  yes?: boolean
  /** For the session, which has it. */
  resumeAfter?: number
}

/** `minilake import`: put files of readings into a table of the lake. */
export function importCommand(environment: Environment): Command {
  return new Command('import')
    .description(
      "put CSV, NDJSON or Parquet files into a table of the lake: one data file per partition, published and registered; options win over those in the table's source",
    )
    .argument('<files...>', 'files to read: .csv, .ndjson or .parquet, also with .gz; - for standard input')
    .addOption(tableOption('table that the readings belong to'))
    .option(
      '--map <source=column>',
      'column of the files that goes into a column of the table, in CSV also by position (#1=…), or date and time in two (Date,Time=…); repeatable (default: by name, in any case)',
      addMapping,
    )
    .option('--ignore-extra', 'ignore columns that the table does not have')
    .option(
      '--time-format <format>',
      'iso, epoch-s, epoch-ms, epoch-us, epoch-ns, or a pattern such as "%d.%m.%Y %H:%M:%S" (default: iso)',
    )
    .option(
      '--zone <zone>',
      'zone of times that do not name theirs: UTC, GMT, +02:00 or Europe/Berlin (default: every time must name it)',
    )
    .option(
      '--years <first-last>',
      'years of times; a row with another year is bad (default: 1990-2100)',
      parsedBy(yearRange),
    )
    .option('--strict-time', 'refuse times finer than a millisecond (default: round down, and count them)')
    .option(
      '--skip-bad <n>',
      'leave out up to this many bad rows, and write them to _rejected/ in out, or in the folder of --out',
      parsedBy(wholeNumber(0)),
      0,
    )
    .addOption(
      new Option(
        '--input-format <format>',
        "format of the files (default: by the name's ending, else by content)",
      ).choices(fileFormats),
    )
    .option('--encoding <name>', 'encoding of text: utf-8, utf-16le, windows-1252 … (default: by content)')
    .option(
      '--delimiter <text>',
      'delimiter of CSV fields; tab for a tab (default: the one that finds the column names in the header)',
      parsedBy(delimiter),
    )
    .option(
      '--quote <character>',
      'quote of CSV fields; none for none (default: " or \', by content)',
      parsedBy(quote),
    )
    .option('--no-header', "the CSV has no header: its fields are in the order of the table's columns")
    .option(
      '--skip-lines <n>',
      'lines before the header of a CSV (default: it is looked for by the names of the columns)',
      parsedBy(wholeNumber(0)),
    )
    .option(
      '--skip-after-header <n>',
      'lines between the header and the first row, such as units',
      parsedBy(wholeNumber(0)),
    )
    .option('--comment <character>', 'lines of a CSV that start with it are no rows, such as #')
    .option(
      '--null-text <text>',
      'text that means no value, such as NA or -9999; repeatable (an empty one means it already, except in varchar)',
      addText,
    )
    .option('--decimal <character>', 'decimal separator of numbers in texts: . or , (default: .)')
    .option(
      '--thousands <character>',
      "separator of thousands in texts: . or , or ' or a blank (default: none)",
    )
    .addOption(
      new Option(
        '--mode <mode>',
        'append keeps the rows that are there; overwrite-partitions removes those of every day that gets a new row; merge replaces rows of the same key',
      )
        .choices(writeModes)
        .default('append'),
    )
    .option('--yes', 'let --mode overwrite-partitions replace all of a table without partitions')
    .option(
      '--max-partitions <n>',
      'most partitions; more are a sign of misread times',
      parsedBy(wholeNumber(1)),
      3660,
    )
    .addOption(
      settingOption('out', 'folder', 'only write the data files to this folder, for minilake ingest'),
    )
    .addOption(resumeAfterOption())
    .action((files: string[], flags: ImportFlags, command: Command) =>
      withSession(command, environment, (session) =>
        importFiles(session, files, flags, environment.process.stdin).catch((error: unknown) =>
          reportError(error, session),
        ),
      ),
    )
}

async function importFiles(
  { lake, signal, terminal, json }: Session,
  files: readonly string[],
  {
    table: name,
    out,
    header,
    skipBad,
    maxPartitions,
    inputFormat,
    mode,
    yes,
    resumeAfter: _resumeAfter,
    ...read
  }: ImportFlags,
  stdin: NodeJS.ReadStream,
): Promise<void> {
  if (out !== undefined && mode !== 'append')
    throw new UsageError(
      `--mode ${mode} is about the rows in the lake, and --out only stages files for minilake ingest: leave one of them out`,
    )
  const table = findTable(lake, name)
  const sources = files.map((file) => (file === '-' ? { name: 'standard input', bytes: stdin } : file))
  const { location } = lake.store
  let isOpen = false
  const options = {
    ...read,
    ...(inputFormat !== undefined && { format: inputFormat }),
    ...(!header && { noHeader: true }),
    maxBadRows: skipBad,
    maxPartitions,
    signal,
    onOpen: (found: Parameters<typeof sourceLines>[0]) => {
      isOpen = true
      sourceLines(found, { ...table.source, ...read }).forEach((line) => terminal.note(line))
    },
    reasonText: flagText,
  }
  const intoLake = {
    mode,
    ...(yes && { replaceAll: yes }),
    ...changeNotes({ lake, terminal }),
    onCreateOnce: createOnceWarning(location, terminal),
  }
  const report = await (
    out === undefined
      ? lake.import(table, sources, { ...options, ...intoLake })
      : lake.stage(table, sources, options)
  ).catch((error: unknown) => {
    // Before the files are open it is about the options, later about their rows.
    throw isOpen ? error : asUsageError(error)
  })
  if (json) {
    const where = out === undefined ? { location } : { out: lake.out }
    await terminal.data(`${jsonText({ ...where, ...report }, 2)}\n`)
    return
  }
  importedLines(report, lake).forEach((line) => terminal.note(line))
  terminal.note(`next: ${nextCommand(table, out)}${lake.profile === 'stack' ? ' --profile stack' : ''}`)
}

/** What to type after an import. */
function nextCommand(table: Table, out: string | undefined): string {
  if (out !== undefined) return `minilake ingest ${out}`
  if (numericColumns(table).length > 0) return `minilake query hourly --table ${table.name}`
  return `minilake query sql "SELECT * FROM ${lakeNames.catalog}.${lakeNames.schema}.${table.name}"`
}

/** Lists bad rows; rejects with any other error, its options as flags. */
async function reportError(error: unknown, session: Session): Promise<void> {
  if (error instanceof BadRowsError) {
    const bad = count(error.count, 'bad row')
    return reportBadRows(
      error,
      session,
      `nothing was imported: ${bad} (fix them, or leave them out with --skip-bad ${error.count})`,
    )
  }
  if (error instanceof Error) error.message = flagText(error.message)
  throw error
}
