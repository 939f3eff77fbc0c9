import { planFiles, scenarios } from '@minilake/generator'
import { bucketUrl } from '@minilake/lake'
import { Command, Option } from 'commander'
import { createOnceNote } from '../print/create-once-note.js'
import { type FileTarget, openTarget } from '@minilake/lake'
import { generateFiles } from '@minilake/lake'
import { duration, parsedBy, utcDate, wholeNumber } from '../options/parsers.js'
import { generatedLines, warnOfTrouble } from '../print/report-lines.js'
import { jsonText } from '../print/result-format.js'
import { findSimulatedTable } from '../options/find-table.js'
import { type Environment, openSession } from '../session.js'
import { settingOption } from '../options/setting-option.js'
import { storeOptions } from '@minilake/lake'
import { asUsage, UsageError } from '@minilake/lake'

interface GenerateFlags {
  table: string
  start: string
  days: number
  interval: number
  seed: number
  pumps: number
  scenario: keyof typeof scenarios
  workers?: number
  to?: string
  overwrite?: boolean
}

/** `minilake generate`: simulate pumps and write one Parquet file per pump and UTC day. */
export function generateCommand(environment: Environment): Command {
  return new Command('generate')
    .description('simulate pumps and write one Parquet file per pump and UTC day, and the truth about each')
    .option('--table <name>', 'pump (one pump) or pump_daily (a fleet, partitioned by day)', 'pump')
    .option('--start <date>', 'first UTC day, YYYY-MM-DD', parsedBy(utcDate), '2026-01-01')
    .option('--days <n>', 'number of days', parsedBy(wholeNumber(1)), 7)
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
        'what goes wrong: nothing (healthy), over-pressure (default), also worn parts, sensors and deliveries (busy), or all of it and often, NaN too (nightmare)',
      )
        .choices(Object.keys(scenarios))
        .default('default'),
    )
    .option(
      '--workers <n>',
      'worker threads; the files do not depend on it (default: one per core)',
      parsedBy(wholeNumber(1, 256)),
    )
    .addOption(settingOption('out', 'folder'))
    .option(
      '--to <url>',
      'write to a bucket instead, such as s3://iot-time-series, without a file on this disk (S3 of the profile stack)',
      parsedBy(bucketUrl),
    )
    .option('--overwrite', 'replace files that have other content')
    .action(async (flags: GenerateFlags, command: Command) => {
      const session = await openSession(command, environment)
      const { lake, settings, keys, terminal, json, signal } = session
      const { start, days, interval, seed, pumps, scenario, workers, to, overwrite = false } = flags
      if (to !== undefined && command.getOptionValueSource('out') === 'cli')
        throw new UsageError('--out writes to a folder and --to to a bucket: give one')
      const target: FileTarget =
        to === undefined
          ? { folder: settings.out.value }
          : { s3: storeOptions(to, { name: '--to', settings, keys }) }
      const out = to?.replace(/\/$/, '') ?? settings.out.value
      const table = findSimulatedTable(lake.tables, flags.table, 'generate')
      const plan = asUsage(() =>
        planFiles(table, {
          from: start,
          days,
          intervalSeconds: interval,
          seed,
          pumps,
          scenario: scenarios[scenario],
        }),
      )
      if ('s3' in target && (await createOnceNote(await openTarget(target), session)()) === 'look-first')
        target.s3.looksFirst = true
      const bar = await terminal.progress('generating', () => Promise.resolve(plan.length))
      const report = await generateFiles(plan, {
        target,
        overwrite,
        signal,
        ...(workers !== undefined && { workers }),
        onFile: () => bar.step(),
      }).finally(() => bar.stop())
      if (!json) generatedLines(report, out).forEach((line) => terminal.note(line))
      warnOfTrouble(report, session)
      if (json) await terminal.data(`${jsonText({ out, ...report }, 2)}\n`)
    })
}
