import type { Table } from '@minilake/schema'
import type { Session } from '../session.js'

/** An empty answer may only mean that nothing was ingested. */
export async function noteEmptyTable(table: Table, { lake, terminal }: Session): Promise<void> {
  for await (const _file of lake.files(table)) return
  terminal.note(
    `table ${table.name} has no file in ${lake.store.location}/ yet: minilake import and minilake ingest put some there`,
  )
}
