import { icebergChosenRows, icebergDelete, icebergImports, type IcebergRemoval } from '@minilake/catalog'
import { partitionPath, partitionsOf, type Table, tablePrefix } from '@minilake/schema'
import { conditionSql } from '../condition/condition-sql.js'
import type { LakeBackend } from '../lake-backend.js'
import { findImport } from '../remove/imported-files.js'
import type { RemoveDataOptions, RemovedFolder, RemoveReport } from '../remove/remove-data.js'
import { removalScope } from '../remove/removal-scope.js'
import { digitsOf } from './batch.js'
import { recorded } from './change-record.js'
import { committed } from './committed.js'
import { rowsOfQuery } from './rows-of-query.js'
import { truthsOf } from './truths-of.js'
import { type IcebergLake, withTrino } from './with-staging.js'

/** Rows of one day, batch and file. */
interface ChosenRows {
  day: string
  batch: string
  path: string
  rows: number
}

/**
 * Lists the chosen rows of an Iceberg table by day, and removes them on request by one statement: readers see the table with all of them or
 * with none. The truth of files that lose rows goes first, so that a run that dies leaves no truth of rows that are gone.
 */
export async function removeIcebergRows(
  table: Table,
  lake: IcebergLake & Pick<LakeBackend, 'registerTables'>,
  { remove = false, onWait: _, signal, ...choice }: RemoveDataOptions,
): Promise<RemoveReport> {
  const { condition } = removalScope(table, choice)
  const { store } = lake
  if (remove) {
    // A table that was dropped without its data has its rows still.
    const { differences } = await lake.registerTables([table], { signal })
    if (differences.length > 0) throw new Error(`nothing was removed: ${differences.join('; ')}`)
  }
  return withTrino(lake, async (engine) => {
    const ask = (sql: string) => rowsOfQuery(engine, sql, signal)
    const importId =
      choice.import === undefined
        ? undefined
        : findImport(table.name, choice.import, (await ask(icebergImports(table))).map(importedRows))
    const removal: IcebergRemoval = {
      condition: condition && conditionSql(condition),
      importId,
    }
    return committed(
      table,
      { store, engine, signal },
      async () => {
        const chosen = (await ask(icebergChosenRows(table, removal))).map(chosenRows)
        const batches = [...new Set(chosen.map(({ batch }) => batch))]
        const truths = await truthsOf(table, store, batches)
        if (remove) {
          for (const truth of truths.keys()) await store.remove(truth)
          if (chosen.length > 0)
            await recorded(
              table,
              store,
              { adds: [], takes: batches },
              {
                run: () => ask(icebergDelete(table, removal)),
                whole: () => [],
              },
            )
        }
        const folders = foldersOf(table, chosen, truths)
        const sum = (of: (folder: RemovedFolder) => number) =>
          folders.reduce((total, each) => total + of(each), 0)
        return {
          table: table.name,
          ...(importId !== undefined && { import: importId }),
          folders,
          files: sum(({ files }) => files),
          rewritten: 0,
          rows: sum(({ rows }) => rows ?? 0),
          bytes: 0,
          truths: truths.size,
          isRemoved: remove,
          interrupted: [],
          untouched: [],
        }
      },
      { isSettling: remove },
    )
  })
}

function importedRows({ id, rows }: Record<string, unknown>) {
  return { key: '', rows: Number(rows), imports: [String(id)], published: undefined }
}

function chosenRows({ day, batch, path, rows }: Record<string, unknown>): ChosenRows {
  return { day: String(day), batch: String(batch), path: String(path), rows: Number(rows) }
}

/** What goes of each day. `files` are those of the Iceberg table that hold some of the rows. */
function foldersOf(
  table: Table,
  chosen: readonly ChosenRows[],
  truths: ReadonlyMap<string, string>,
): RemovedFolder[] {
  return [...new Set(chosen.map(({ day }) => day))].map((day) => {
    const ofDay = chosen.filter((each) => each.day === day)
    const digits = new Set(ofDay.map(({ batch }) => digitsOf(batch)))
    const days = day.split('/')
    const partition = Object.fromEntries(partitionsOf(table).map(([name], at) => [name, days[at] ?? '']))
    return {
      folder: `${tablePrefix(table)}${partitionPath(partition)}`,
      files: new Set(ofDay.map(({ path }) => path)).size,
      rewritten: 0,
      rows: ofDay.reduce((sum, { rows }) => sum + rows, 0),
      bytes: 0,
      truths: [...truths.values()].filter((each) => digits.has(each)).length,
    }
  })
}
