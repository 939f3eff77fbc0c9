import { Command } from 'commander'
import { findTable, tableOption } from '../options/find-table.js'
import { withPrintOptions } from '../options/print-options.js'
import { listedResult } from '../print/listed-result.js'
import { formatOf, type PrintFlags, printResult } from '../print/print-result.js'
import { type Environment, withSession } from '../session.js'

const columns = {
  id: 'varchar',
  at: 'timestamp',
  operation: 'varchar',
  rowsAdded: 'bigint',
  rowsRemoved: 'bigint',
  filesAdded: 'bigint',
  filesRemoved: 'bigint',
  rows: 'bigint',
  files: 'bigint',
  imports: 'varchar',
  state: 'varchar',
} as const

/** `minilake snapshots`: list the history of an Iceberg table. */
export function snapshotsCommand(environment: Environment): Command {
  const command = new Command('snapshots')
    .description(
      'list the snapshots of an Iceberg table, newest first: when, what the change was, rows and files added and removed, and by which imports',
    )
    .addOption(tableOption())
  return withPrintOptions(command).action((flags: { table?: string } & PrintFlags, self: Command) =>
    withSession(self, environment, async (session) => {
      const { lake, terminal, signal } = session
      const isTable = formatOf(session, flags) === 'table'
      const limit = flags.limit ?? (isTable ? 20 : undefined)
      const found = await lake.snapshots(findTable(lake, flags.table), {
        ...(limit !== undefined && { limit: limit + 1 }), // one more tells whether there are more
        signal,
      })
      const shown = found.slice(0, limit)
      // eslint-disable-next-line @typescript-eslint/require-await -- rows are iterated asynchronously
      async function* rows() {
        for (const { imports, ...snapshot } of shown) yield { ...snapshot, imports: imports.join(' ') }
      }
      await printResult(listedResult(columns, rows), session, { ...flags, limit: shown.length })
      if (isTable && shown.length < found.length) terminal.note('there are older ones: --limit shows more')
    }),
  )
}
