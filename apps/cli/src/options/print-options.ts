import { resultFormats } from '@minilake/lake/format'
import { type Command, Option } from 'commander'
import { parsedBy, wholeNumber } from './parsers.js'

/** Adds `--limit` and `--format`. */
export function withPrintOptions(command: Command): Command {
  return command
    .option(
      '--limit <n>',
      'most rows (default: 20 in a table, all in other formats)',
      parsedBy(wholeNumber(0)),
    )
    .addOption(
      new Option('--format <format>', 'output format (default: table, or json with --json)').choices(
        resultFormats,
      ),
    )
}
