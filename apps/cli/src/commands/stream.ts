import type { StreamOptions, StreamReport } from '@minilake/lake'
import { jsonText } from '@minilake/lake/format'
import { count } from '@minilake/lake/text'
import { Command, Option } from 'commander'
import { findTable, tableOption } from '../options/find-table.js'
import { flagText } from '../options/flag-text.js'
import {
  addLoss,
  addMapping,
  addText,
  duration,
  parsedBy,
  wholeNumber,
  yearRange,
} from '../options/parsers.js'
import { changeNotes } from '../print/change-notes.js'
import { registeredLines } from '../print/report-lines.js'
import { type Environment, type Session, withSession } from '../session.js'

interface StreamFlags extends Pick<
  StreamOptions,
  | 'map'
  | 'ignoreExtra'
  | 'timeFormat'
  | 'zone'
  | 'years'
  | 'nullText'
  | 'flushRows'
  | 'untilCaughtUp'
  | 'group'
  | 'acceptLoss'
> {
  table?: string
  flushEvery: number
}

/** `minilake stream`: put the messages of a Kafka topic into a table of the lake. */
export function streamCommand(environment: Environment): Command {
  return new Command('stream')
    .description(
      "put the messages of a Kafka topic, JSON objects, into a table of the lake: each exactly once, on the day of its own time; options win over those in the table's source",
    )
    .argument('<topic>', 'topic to read, such as kafka://127.0.0.1:9092/pump-readings')
    .addOption(tableOption('table that the readings belong to'))
    .addOption(
      new Option(
        '--flush-every <duration>',
        'longest time that a message waits for its file, such as 5s or 2m',
      )
        .argParser(parsedBy(duration))
        .default(60, '60s'),
    )
    .option(
      '--flush-rows <n>',
      'most messages of a file, per partition of the topic',
      parsedBy(wholeNumber(1)),
      500_000,
    )
    .option(
      '--group <name>',
      "Kafka's consumer group; its members share the topic's partitions (default: minilake-TABLE-TOPIC)",
    )
    .option('--until-caught-up', 'end once everything that the topic holds now is in the lake')
    .option(
      '--map <key=column>',
      'key of the messages that goes into a column of the table; repeatable (default: by name, in any case)',
      addMapping,
    )
    .option(
      '--ignore-extra',
      'ignore keys that the table does not have (default: such a message is rejected)',
    )
    .option('--time-format <format>', 'as in minilake import: iso, epoch-s, epoch-ms … (default: iso)')
    .option('--zone <zone>', 'zone of times that do not name theirs')
    .option('--years <first-last>', 'years of times (default: 1990-2100)', parsedBy(yearRange))
    .option('--null-text <text>', 'text that means no value; repeatable', addText)
    .option(
      '--accept-loss <partition:from-to>',
      'go on although Kafka has deleted these messages before they were streamed; repeatable',
      addLoss,
    )
    .action((topic: string, flags: StreamFlags, command: Command) =>
      withSession(command, environment, (session) => streamTopic(session, topic, flags)),
    )
}

/** Ends when the user interrupts, which is how streaming is meant to end. */
async function streamTopic(
  { lake, terminal, json, signal }: Session,
  topic: string,
  { table: name, flushEvery, ...options }: StreamFlags,
): Promise<void> {
  const { location } = lake.store
  const table = findTable(lake, name)
  terminal.note(
    `streaming ${topic} into table ${table.name}${options.untilCaughtUp ? '' : '; Ctrl-C ends it'}`,
  )
  const report: StreamReport = await lake
    .stream(table, topic, {
      ...options,
      flushSeconds: flushEvery,
      signal,
      reasonText: flagText,
      ...changeNotes({ lake, terminal }),
      onBatch: async (batch) => {
        if (json) return terminal.data(`${jsonText({ location, ...batch })}\n`)
        const bad = batch.rejected > 0 ? `, ${batch.rejected} rejected` : ''
        terminal.note(
          `partition ${batch.partition}: messages ${batch.start}-${batch.end}, ${count(batch.rows, 'row')} in ${count(batch.files.length, 'file')}${bad}`,
        )
      },
      onRegistered: (found) => {
        if (found.changes.length > 0) registeredLines(found, lake).forEach((line) => terminal.note(line))
      },
      onFailure: (error, retrySeconds) =>
        terminal.warn(
          `${error instanceof Error ? error.message : String(error)}; trying again in ${retrySeconds} s`,
        ),
    })
    .catch((error: unknown) => {
      if (error instanceof Error) error.message = flagText(error.message)
      throw error
    })
  if (json) await terminal.data(`${jsonText(report)}\n`)
  const rejected = report.rejected > 0 ? `, ${report.rejected} rejected (_rejected/${table.name}/)` : ''
  terminal.note(`streamed ${count(report.rows, 'row')} in ${count(report.files, 'file')}${rejected}`)
}
