import { query } from '@minilake/analytics'
import { partitionsOf, quoteLiteral, sqlTableName, type Table, tablePrefix } from '@minilake/schema'
import { folderOf } from '../files/folder-of.js'
import { isIceberg } from '../iceberg/is-iceberg.js'
import { dataFilesOf, type LakeBackend, withEngine } from '../lake-backend.js'
import { isCatalogFolder, registeredPartitions } from '../register/look-at-catalog.js'
import { intentFolders } from '../replace/intent.js'
import { count } from '../text.js'
import { unlessFaulty } from './deep-checks.js'
import { type Check, type Fault } from './diagnose.js'

/**
 * Checks that the partitions in the catalog are those of the store: names each that is missing there, has no data file any more, or is read
 * from another folder. Leaves out the files of `misread`, which Trino cannot open; they fill up when earlier checks run.
 */
export function partitionsCheck(
  lake: LakeBackend,
  { location, misread, signal }: { location: string; misread: ReadonlySet<string>; signal: AbortSignal },
): Check {
  return {
    name: 'partitions',
    isIndependent: true,
    run: async () => {
      const faults: Fault[] = []
      let partitions = 0
      for (const table of lake.tables) {
        if (isIceberg(lake, table) || partitionsOf(table).length === 0) continue
        const stored = new Set<string>()
        for await (const { key } of dataFilesOf(table, lake.store))
          if (isCatalogFolder(table, folderOf(key))) stored.add(folderOf(key)) // the check of keys names the others
        const changing = new Set(await intentFolders(lake.store, tablePrefix(table))) // another check names them
        partitions += stored.size
        const prefix = tablePrefix(table)
        const engineFaults = await withEngine(lake, [table], async (engine) => {
          const registered = await registeredPartitions(table, { engine, signal })
          const found = registered.size === 0 ? [] : await readElsewhere(table)
          const elsewhere = new Set(found.map(({ key }) => key))
          for (const name of registered) {
            const key = `${prefix}${name}/`
            if (!stored.delete(key) && !elsewhere.has(key) && !changing.has(key))
              found.push({
                key,
                fault: 'in the catalog, but it has no data file',
                fix: 'minilake catalog drops it',
              })
          }
          for (const key of stored) {
            if (changing.has(key)) continue
            found.push({
              key,
              fault: 'not in the catalog: Trino does not read it',
              fix: 'minilake catalog adds it',
            })
          }
          return found

          async function readElsewhere(of: Table): Promise<Fault[]> {
            const others: Fault[] = []
            for await (const { partition, path } of engine.query(elsewhereQuery(of, location, misread), {
              signal,
            }))
              others.push({
                key: `${prefix}${partition}/`,
                fault: `the catalog reads this partition from another folder: ${path}`,
                fix: `CALL hive.system.unregister_partition for it, then minilake catalog`,
              })
            return others
          }
        })
        faults.push(...engineFaults)
      }
      return unlessFaulty(faults, `${count(partitions, 'partition')}, each in the catalog and in its folder`)
    },
  }
}

/** Partitions with a file in another folder than their own, each with one such file. */
function elsewhereQuery(table: Table, location: string, misread: ReadonlySet<string>) {
  const folder = `concat(${quoteLiteral(`${location}${tablePrefix(table)}`)}, "$partition", '/')`
  const prefix = tablePrefix(table)
  const left = [...misread].filter((key) => key.startsWith(prefix))
  const readable =
    left.length === 0
      ? ''
      : `\n  AND "$path" NOT IN (${left.map((key) => quoteLiteral(`${location}${key}`)).join(', ')})`
  return query(
    `SELECT "$partition" AS "partition", min("$path") AS "path"\nFROM ${sqlTableName(table)}\nWHERE NOT starts_with("$path", ${folder})${readable}\nGROUP BY 1`,
    { partition: { type: 'varchar' }, path: { type: 'varchar' } },
  )
}
