import { QueryError } from '@minilake/analytics'
import { icebergTable, registerIcebergTable } from '@minilake/catalog'
import type { Table } from '@minilake/schema'
import { nameOf, placeIn } from './check-places.js'
import { executeUnlessDone } from './execute-unless-done.js'

/**
 * Creates an Iceberg table, or registers it again if its files are there, because it was dropped without its data. Resolves with whether it
 * was registered again: then its columns may be former ones. Rejects with an Error if the files there are no Iceberg table.
 */
export async function createIcebergTable(
  table: Table,
  { location, execute }: { location: string; execute: (statement: string) => Promise<void> },
): Promise<boolean> {
  try {
    await executeUnlessDone(icebergTable(table, { location }), { execute })
    return false
  } catch (error) {
    if (!(error instanceof QueryError && error.message.includes('non-empty location'))) throw error
  }
  try {
    await executeUnlessDone(registerIcebergTable(table, { location }), { execute })
    return true
  } catch (cause) {
    if (!(cause instanceof QueryError) || cause.errorName === 'PERMISSION_DENIED') throw cause
    throw new Error(
      `table ${nameOf(table)} expected an empty folder ${placeIn(location, table)}, or the files of an Iceberg table, got other files, perhaps those that an interrupted DROP TABLE has left: remove them with a client of S3 (${cause.message})`,
      { cause },
    )
  }
}
