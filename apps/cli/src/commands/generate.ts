import { scenarios } from '@minilake/generator'
import { UsageError } from '@minilake/lake'
import { locationUrl, maskCredentials } from '@minilake/lake/settings'
import { Command, Option } from 'commander'
import { asUsageError } from '../options/as-usage.js'
import { findTable, tableOption } from '../options/find-table.js'
import { flagText } from '../options/flag-text.js'
import { duration, parsedBy, timeText, type TimeText, wholeNumber } from '../options/parsers.js'
import { settingOption } from '../options/setting-option.js'
import { daysBetween } from '../options/time-options.js'
import { createOnceWarning } from '../print/create-once-warning.js'
import { generatedLines, warnOfTrouble } from '../print/report-lines.js'
import { jsonText } from '@minilake/lake/format'
import { type Environment, type Session, withSession } from '../session.js'

interface GenerateFlags {
  table?: string
  from: TimeText
  to?: TimeText
  days?: number
  interval: number
  seed: number
  pumps: number
  scenario: keyof typeof scenarios
  workers?: number
  target?: string
  overwrite?: boolean
}

const firstDay: TimeText = { text: '2026-01-01', millis: Date.UTC(2026, 0, 1), isDay: true, isLocal: true }

/** `minilake generate`: simulate pumps, one Parquet file per pump and UTC day. */
export function generateCommand(environment: Environment): Command {
  return new Command('generate')
    .description('simulate pumps: one Parquet file per pump and UTC day, and the truth about each')
    .addOption(tableOption('pump (one pump) or pump_daily (a fleet, partitioned by day)'))
    .addOption(
      new Option('--from <day>', 'first UTC day')
        .argParser(parsedBy(timeText))
        .default(firstDay, firstDay.text),
    )
    .option('--to <day>', 'last UTC day, included', parsedBy(timeText))
    .option('--days <n>', 'number of days, instead of --to (default: 7)', parsedBy(wholeNumber(1)))
    .addOption(
      new Option('--interval <duration>', 'time between readings, which must divide a day: 500ms, 1s, 5m …')
        .argParser(parsedBy(duration))
        .default(1, '1s'),
    )
    .option('--seed <n>', 'same seed, same readings; up to 9007199254740991', parsedBy(wholeNumber(0)), 42)
    .option('--pumps <n>', 'number of pumps (pump_daily only)', parsedBy(wholeNumber(1, 9999)), 1)
    .addOption(
      new Option(
        '--scenario <name>',
        'what goes wrong: nothing (healthy), over-pressure (default), also worn parts, sensors and deliveries (busy), or everything, often, with NaN (nightmare)',
      )
        .choices(Object.keys(scenarios))
        .default('default'),
    )
    .option(
      '--workers <n>',
      'worker threads; they do not change the files (default: one per core)',
      parsedBy(wholeNumber(1, 256)),
    )
    .addOption(settingOption('out', 'folder'))
    .option(
      '--target <url>',
      'write to a bucket, or a folder in it, instead, such as s3://iot-time-series/team/, without a file on this disk (S3 of the profile stack)',
      parsedBy(locationUrl),
    )
    .option('--overwrite', 'replace files that have other content')
    .action((flags: GenerateFlags, command: Command) =>
      withSession(command, environment, (session) => generate(session, flags, command)),
    )
}

async function generate(session: Session, flags: GenerateFlags, command: Command): Promise<void> {
  const { lake, terminal, json, signal } = session
  const { from, to, interval, seed, pumps, scenario, workers, target, overwrite = false } = flags
  if (target !== undefined && command.getOptionValueSource('out') === 'cli')
    throw new UsageError('--out writes to a folder and --target to a bucket: give one')
  if (to !== undefined && flags.days !== undefined)
    throw new UsageError('--to and --days both set the last day: give one')
  if (!from.isDay) throw new UsageError(`--from expected a day, such as 2026-01-31, got ${from.text}`)
  const table = findTable(lake, flags.table)
  const days = to ? daysBetween(from, to) : (flags.days ?? 7)
  const pumpDays = days * pumps
  const bar = await terminal.progress('generating', () => Promise.resolve(pumpDays))
  const simulation = {
    from: from.text,
    days,
    intervalSeconds: interval,
    seed,
    pumps,
    scenario: scenarios[scenario],
  }
  const report = await lake
    .generate(table, simulation, {
      overwrite,
      signal,
      ...(target !== undefined && { target }),
      ...(workers !== undefined && { workers }),
      onFile: () => bar.step(),
      onCreateOnce: createOnceWarning(maskCredentials(target?.replace(/\/$/, '') ?? ''), terminal),
    })
    .catch((error: unknown) => {
      if (error instanceof Error) error.message = flagText(error.message)
      throw asUsageError(error)
    })
    .finally(() => bar.stop())
  const out = target?.replace(/\/$/, '') ?? lake.out
  if (!json) generatedLines(report, out).forEach((line) => terminal.note(line))
  warnOfTrouble(report, session)
  if (json) await terminal.data(`${jsonText({ out, ...report }, 2)}\n`)
}
