import type { ResultColumn } from '@minilake/analytics'
import { batchesOf, type Column, type Table } from '@minilake/schema'
import { firstLines } from '@minilake/lake/text'
import { Command } from 'commander'
import { asUsage } from '../options/as-usage.js'
import { findTable, tableOption } from '../options/find-table.js'
import { withPrintOptions } from '../options/print-options.js'
import { rangeOf, type TimeFlags, withTimeOptions } from '../options/time-options.js'
import { type PrintFlags, printResult } from '../print/print-result.js'
import { type Environment, withSession } from '../session.js'

const columns: ResultColumn[] = [
  { name: 'key', type: 'varchar', engineType: 'VARCHAR' },
  { name: 'rows', type: 'bigint', engineType: 'BIGINT' },
  { name: 'first', type: 'timestamp', engineType: 'TIMESTAMP' },
  { name: 'last', type: 'timestamp', engineType: 'TIMESTAMP' },
  { name: 'size', type: 'bigint', engineType: 'BIGINT' },
  { name: 'published', type: 'timestamp', engineType: 'TIMESTAMP' },
  { name: 'imports', type: 'varchar', engineType: 'VARCHAR' },
]

/** What is listed, as a table: any of it may be unknown. */
const listed: Table = {
  name: 'files',
  columns: Object.fromEntries(
    columns.map(({ name, type = 'varchar' }): [string, Column] => [name, { type, nullable: true }]),
  ),
}

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
        const result = {
          columns: () => Promise.resolve(columns),
          batches: () => batchesOf(listed, rows()),
          [Symbol.asyncIterator]: rows,
        }
        await printResult(result, session, flags)
        if (unreadable.length > 0) fail()
        firstLines(unreadable).forEach((line) => terminal.warn(line))
      }),
  )
}
