import { firstLines } from '@minilake/lake/text'
import { Command } from 'commander'
import { asUsage } from '../options/as-usage.js'
import { findTable, tableOption } from '../options/find-table.js'
import { withPrintOptions } from '../options/print-options.js'
import { rangeOf, type TimeFlags, withTimeOptions } from '../options/time-options.js'
import { listedResult } from '../print/listed-result.js'
import { type PrintFlags, printResult } from '../print/print-result.js'
import { type Environment, withSession } from '../session.js'

const columns = {
  key: 'varchar',
  rows: 'bigint',
  first: 'timestamp',
  last: 'timestamp',
  size: 'bigint',
  published: 'timestamp',
  imports: 'varchar',
} as const

/** `minilake files`: list a table's data files. */
export function filesCommand(environment: Environment): Command {
  const command = new Command('files')
    .description(
      "list a table's data files: rows, first and last reading, size in bytes, when each was published, and the imports that its rows come from",
    )
    .addOption(tableOption())
  return withPrintOptions(withTimeOptions(command)).action(
    (flags: { table?: string } & TimeFlags & PrintFlags, self: Command) =>
      withSession(self, environment, async (session) => {
        const { lake, terminal, signal, fail } = session
        const table = findTable(lake, flags.table)
        const files = asUsage(() => lake.files(table, { ...rangeOf(flags), signal }))
        const unreadable: string[] = []
        async function* rows() {
          for await (const { error, imports, ...file } of files) {
            if (error !== undefined) unreadable.push(`${lake.store.location}/${file.key}: ${error}`)
            yield { ...file, imports: imports.join(' ') }
          }
        }
        await printResult(listedResult(columns, rows), session, flags)
        if (unreadable.length > 0) fail()
        firstLines(unreadable).forEach((line) => terminal.warn(line))
      }),
  )
}
