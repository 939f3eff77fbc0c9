import { isDataFileKey, type Table, tablePrefix } from '@minilake/schema'
import { hiveNameOf } from '../iceberg/convert-table.js'
import { isIceberg } from '../iceberg/is-iceberg.js'
import { withTrino } from '../iceberg/with-staging.js'
import type { LakeBackend } from '../lake-backend.js'
import { lookAtCatalog } from '../register/look-at-catalog.js'
import { nameOf, placeIn } from '../register/check-places.js'
import { othersOver, sharedFiles, tablePlaces } from '../register/others-over.js'
import { isConversionMarked } from '../replace/conversion-mark.js'
import { changingStore } from '../replace/settle-intents.js'
import { sqlTableName } from '@minilake/schema'
import { recordKey } from '../files/file-record.js'
import type { DropReport } from './drop-report.js'
import type { DropTableOptions } from './drop-table.js'

/** The Iceberg table whose conversion has left a Hive table of this name; undefined if there is none. */
export function convertedTable(
  lake: Pick<LakeBackend, 'profile' | 'tables'>,
  name: Table | string,
): Table | undefined {
  if (typeof name !== 'string' || lake.tables.some((table) => table.name === name)) return undefined
  return lake.tables.find((table) => isIceberg(lake, table) && hiveNameOf(table) === name)
}

/**
 * Drops the Hive table that the conversion of a table has left; with `data`, its data files first, so that a run that dies is continued by
 * the next. The truth of simulated files stays: it is that of the Iceberg table's rows. Rejects with an Error, before anything changes, unless
 * the catalog has both tables.
 */
export async function dropConverted(
  table: Table,
  lake: Pick<LakeBackend, 'store' | 'maintenance' | 'resumeAfterSeconds' | 'servers'>,
  { data = false, remove = false, signal }: DropTableOptions,
): Promise<DropReport> {
  const hive: Table = { ...table, format: 'hive' }
  const old: Table = { ...hive, name: hiveNameOf(table) }
  return withTrino(lake, async (engine, { location }) => {
    const { columns, iceberg, places } = await lookAtCatalog([table, old], engine, signal)
    const isThere = columns.has(old.name)
    if (isThere && (!iceberg.has(table.name) || places.get(old.name) !== placeIn(location, hive)))
      throw new Error(
        `nothing was dropped: ${nameOf(old)} expected the Hive table that the conversion of ${table.name} has left, over ${placeIn(location, hive)}`,
      )
    if (isThere && (await isConversionMarked(table, lake.store)))
      throw new Error(
        `nothing was dropped: the conversion of ${table.name} is not over, and ${nameOf(old)} may have rows that the Iceberg table lacks: minilake convert --table ${table.name} completes it`,
      )
    if (isThere && data) {
      const places = await tablePlaces(engine, signal)
      const [other] = othersOver(
        hive,
        location,
        places.filter(({ name }) => name !== old.name),
      )
      if (other !== undefined) throw new Error(sharedFiles(old, other, 'dropped'))
    }
    const files: { key: string; size: number }[] = []
    const untouched: string[] = []
    if (isThere && data)
      for await (const { key, size } of lake.store.list(tablePrefix(table))) {
        if (isDataFileKey(hive, key)) files.push({ key, size })
        else untouched.push(key)
      }
    if (isThere && remove) {
      if (files.length > 0) {
        const store = await changingStore(table, lake, { undone: 'dropped', signal })
        for (const { key } of files) {
          signal.throwIfAborted()
          await store.remove(key)
          await store.remove(recordKey(key))
        }
      }
      await engine.execute(`DROP TABLE IF EXISTS ${sqlTableName(old)}`)
    }
    return {
      ...{ table: old.name, isRegistered: isThere, files: files.length },
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      ...{ truths: 0, leftovers: 0, isDropped: remove, untouched },
    }
  })
}
