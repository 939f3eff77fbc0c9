import { isIceberg, type Lake } from '@minilake/lake'
import type { Table } from '@minilake/schema'
import type { Terminal } from './terminal.js'

/** An empty answer may only mean that nothing was ingested. */
export async function noteEmptyTable(
  table: Table,
  { lake, terminal }: { lake: Lake; terminal: Terminal },
): Promise<void> {
  if (isIceberg(lake, table)) return // its rows are in no file of ours
  for await (const _file of lake.files(table)) return
  terminal.note(
    `table ${table.name} has no file in ${lake.store.location}/ yet: minilake import and minilake ingest put some there`,
  )
}
