import { icebergReplacement } from '@minilake/catalog'
import { partitionPath, partitionsOf, type Table } from '@minilake/schema'
import { count } from '../text.js'
import { UsageError } from '../usage-error.js'
import type { OverwrittenRows, PlacedRows } from '../write/rows-target.js'
import { isSameBatch } from './batch.js'
import { batchChecks } from './batch-checks.js'
import { recorded } from './change-record.js'
import { committed } from './committed.js'
import { rowsOfQuery } from './rows-of-query.js'
import type { IcebergFile } from './iceberg-file.js'
import { placed, type Publication } from './publication.js'
import { type BatchRows, batchRows, dayOf, neighboursInIceberg } from './rows-of-days.js'
import { truthsOf } from './truths-of.js'
import { type IcebergLake, withStaging } from './with-staging.js'

/**
 * Puts the rows of data files in place of those of their days, or of all rows of a table without partitions. The truth of rows that are
 * replaced goes first, so that a run that dies leaves no truth of rows that are gone.
 */
export async function overwriteDays(
  table: Table,
  lake: IcebergLake,
  { files, waiting, signal, replaceAll }: Publication & { replaceAll: boolean },
): Promise<PlacedRows> {
  const replaced = partitionsOf(table).length > 0 ? 'days' : 'all'
  const { store } = lake
  return withStaging(table, lake, files, signal, async (engine, staged) => {
    const adds = await batchChecks(table, engine, { staging: staged.staging, files, signal })
    return committed(table, { store, engine, signal }, async () => {
      const there = await batchRows(table, engine, { of: replaced, files: staged, signal })
      const total = there.reduce((sum, { rows }) => sum + rows, 0)
      if (replaced === 'all' && !replaceAll && total > 0)
        throw new UsageError(
          `table ${table.name} has no partitions, so mode overwrite-partitions replaces all of it: ${count(total, 'row')}; set \`replaceAll\` to do so`,
        )
      const isThere = (file: IcebergFile) => {
        const ofDay = there.filter(({ day }) => day === dayOf(file.partition))
        const own = ofDay.filter(({ batch }) => isSameBatch(batch, file.batch))
        return ofDay.length === own.length && own.reduce((sum, { rows }) => sum + rows, 0) === file.rows
      }
      const changed = files.filter((file) => !isThere(file))
      const neighbours = () => neighboursInIceberg(table, engine, waiting.keys, signal)
      if (changed.length === 0) return { ...placed(waiting, new Set()), neighbours: await neighbours() }
      const takes = there
        .map(({ batch }) => batch)
        .filter((batch) => !files.some((file) => isSameBatch(batch, file.batch)))
      for (const truth of (await truthsOf(table, store, takes)).keys()) await store.remove(truth)
      const statement = icebergReplacement(table, replaced, staged)
      await recorded(
        table,
        store,
        { adds, takes },
        {
          run: () => rowsOfQuery(engine, statement, signal),
          whole: () => files.map(({ batch }) => batch),
        },
      )
      return {
        ...placed(waiting, new Set(changed.map(({ file }) => file.key))),
        overwritten: overwrittenOf(changed, there),
        neighbours: await neighbours(),
      }
    })
  })
}

function overwrittenOf(files: readonly IcebergFile[], there: readonly BatchRows[]): OverwrittenRows[] {
  return files
    .map((file) => {
      const gone = there.filter(({ day }) => day === dayOf(file.partition))
      const rows = gone.reduce((sum, each) => sum + each.rows, 0)
      return { partition: partitionPath(file.partition).replace(/\/$/, ''), files: gone.length, rows }
    })
    .filter(({ rows }) => rows > 0)
}
