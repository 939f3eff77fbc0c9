import { icebergBatches, icebergMerge, icebergMergeCounts } from '@minilake/catalog'
import type { Table } from '@minilake/schema'
import type { PlacedRows } from '../write/rows-target.js'
import { isSameBatch } from './batch.js'
import { batchChecks } from './batch-checks.js'
import { recorded } from './change-record.js'
import { committed } from './committed.js'
import { rowsOfQuery } from './rows-of-query.js'
import { placed, type Publication } from './publication.js'
import { truthsOf } from './truths-of.js'
import { type IcebergLake, withStaging } from './with-staging.js'

/**
 * Puts the rows of data files in place of those with the same key; rows that are the same stay. The truth of files whose rows are replaced
 * goes first, so that a run that dies leaves no truth of rows that are gone.
 */
export async function mergeKeys(
  table: Table,
  lake: IcebergLake,
  { files, waiting, signal }: Publication,
): Promise<PlacedRows> {
  const { duplicates } = waiting
  const { store } = lake
  return withStaging(table, lake, files, signal, async (engine, staged) => {
    const adds = await batchChecks(table, engine, { staging: staged.staging, files, signal })
    const ask = (sql: string) => rowsOfQuery(engine, sql, signal)
    return committed(table, { store, engine, signal }, async () => {
      const [counts] = await ask(icebergMergeCounts(table, staged))
      const numberOf = (what: string) => Number(counts?.[what])
      const [inserted, replaced, same] = [numberOf('inserted'), numberOf('replaced'), numberOf('same')]
      const merged = { inserted, replaced, same, duplicates }
      if (inserted + replaced === 0) return { ...placed(waiting, new Set()), merged }
      const takes = replaced === 0 ? [] : String(counts?.['batches']).split(',')
      for (const truth of (await truthsOf(table, store, takes)).keys()) await store.remove(truth)
      const whole = async () => {
        // Of a file of which some rows were there, the others only are of its batch.
        const there = await ask(icebergBatches(table, 'files', staged))
        const isWhole = (file: (typeof files)[number]) =>
          there.some(
            ({ batch, rows }) => isSameBatch(String(batch), file.batch) && Number(rows) === file.rows,
          )
        return files.filter(isWhole).map(({ batch }) => batch)
      }
      const run = () => ask(icebergMerge(table, staged))
      await recorded(table, store, { adds, takes }, { run, whole })
      return { ...placed(waiting, new Set(waiting.keys)), merged }
    })
  })
}
