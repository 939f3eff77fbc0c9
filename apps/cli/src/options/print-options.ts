import { resultFormats } from '@minilake/lake/format'
import { type Command, Option } from 'commander'
import { parsedBy, wholeNumber } from './parsers.js'

/** Adds `--limit`, `--format` and `--output`. */
export function withPrintOptions(command: Command): Command {
  return command
    .option(
      '--limit <n>',
      'most rows (default: 20 in a table, all in other formats)',
      parsedBy(wholeNumber(0)),
    )
    .addOption(
      new Option(
        '--format <format>',
        'output format (default: table, or json with --json, or that of the file)',
      ).choices([...resultFormats, 'parquet']),
    )
    .option(
      '-o, --output <file>',
      'write the result to a file, such as hours.parquet or hours.csv; a file of that name is replaced once the result is complete',
    )
}

/** The option `--format` of a command that prints something other than rows. */
export function formatOption(): Option {
  return new Option('--format <format>', 'output format (default: table, or json with --json)').choices(
    resultFormats,
  )
}
