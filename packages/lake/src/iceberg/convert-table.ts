import type { TrinoEngine } from '@minilake/analytics/trino'
import { hiveRename, icebergRename, icebergTable, rowsPerDay, syncPartitions } from '@minilake/catalog'
import { partitionsOf, sqlTableName, type Table } from '@minilake/schema'
import type { LakeBackend } from '../lake-backend.js'
import { lookAtCatalog } from '../register/look-at-catalog.js'
import { nameOf, placeIn } from '../register/check-places.js'
import { checkNotRewritten } from '../register/shape-checks.js'
import { conversionMarkKey, isConversionMarked } from '../replace/conversion-mark.js'
import type { ChangeNotes } from '../replace/settled-change.js'
import { settleIntents } from '../replace/settle-intents.js'
import { count } from '../text.js'
import { UsageError } from '../usage-error.js'
import { rowsOfQuery } from './rows-of-query.js'
import { type Conversion, fillFromHive, isAsFilled } from './fill-from-hive.js'
import { withTableLock } from './table-lock.js'
import { withTrino } from './with-staging.js'

/** How to convert a table. */
export interface ConvertOptions extends Pick<ChangeNotes, 'onSettled'> {
  /** Called with what it waits for. */
  onWait?: ((what: string) => void) | undefined
  signal: AbortSignal
}

/** What was converted. */
export interface ConvertReport {
  table: string
  /** The name of the Hive table that is left, with its files; null if there is none any more. */
  hive: string | null
  /** Days that were compared; none if the table was an Iceberg table already. */
  days: { day: string; rows: number }[]
  /** Data files whose rows were put into the Iceberg table. */
  files: number
}

/** The name that a converted table's Hive table has afterwards. */
export function hiveNameOf({ name }: Table): string {
  return `${name}_hive`
}

/**
 * Makes a Hive table an Iceberg table of the same name: fills a new table day by day, compares both, and gives them their names. The Hive
 * table and its files stay. Run again after whatever ended it, it finishes: rows are put in once, and a table under the name of another step
 * tells where to go on. Rejects with an Error, and leaves the Hive table under its name, if a day differs.
 */
export async function convertTable(
  given: Table,
  lake: LakeBackend,
  { onWait, onSettled, signal: interrupted }: ConvertOptions,
): Promise<ConvertReport> {
  const { servers } = lake
  if (servers === undefined) throw new TypeError('convert expected a lake with Trino')
  const { location } = servers
  const table: Table = { ...given, format: 'hive' }
  const iceberg: Table = { ...given, format: 'iceberg' }
  const fresh: Table = { ...iceberg, name: `${table.name}_iceberg` }
  const old: Table = { ...table, name: hiveNameOf(table) }
  const lock = {
    undone: 'converted',
    signal: interrupted,
    onWait: () => onWait?.(`another process that converts or maintains table ${table.name}`),
  }
  return withTableLock(table, lake, lock, (lost) =>
    withTrino(lake, async (engine) => {
      const signal = AbortSignal.any([interrupted, lost])
      const store = lake.maintenance?.store ?? lake.store
      const steps = { engine, store, records: lake.store, location }
      const mark = conversionMarkKey(table)
      const found = await tablesIn(engine, { table, old, fresh, location }, signal)
      const report = { table: table.name, hive: old.name, days: [] as ConvertReport['days'], files: 0 }

      const isMarked = await isConversionMarked(table, lake.store)
      const isBetweenRenames = found.old === 'hive' && found.fresh === 'iceberg'
      if (found.table === 'hive' && isBetweenRenames && isMarked) {
        // An ingest that found no table has registered one over the same files, which stay.
        await rowsOfQuery(engine, `DROP TABLE ${sqlTableName(table)}`, signal)
        found.table = undefined
      }
      if (found.table === undefined && !isBetweenRenames)
        throw new UsageError(
          `table ${nameOf(table)} is not registered, so there is nothing to convert: minilake catalog creates it`,
        )
      if (found.table === 'hive') {
        if (found.old !== undefined)
          throw new Error(
            `nothing was converted: table ${nameOf(old)} has the name that the Hive table gets: give it another name, or drop it`,
          )
        const onWaitFor = (folder: string) => onWait?.(`another process that is changing ${folder}`)
        const conversion: Conversion = { table, hive: table, iceberg: fresh }
        for (let isFilled = false; !isFilled;) {
          await steps.store.remove(mark) // nothing was renamed: files may be removed and replaced again
          await checkNotRewritten(table, lake.store, 'converted')
          await settleIntents([table], lake, { signal, onWait: onWaitFor, onSettled })
          const { differences } = await lake.registerTables([table], { signal, onWait: onWaitFor })
          if (differences.length > 0) throw new Error(`nothing was converted: ${differences.join('; ')}`)
          await rowsOfQuery(engine, icebergTable(iceberg, { location, as: fresh.name }), signal)
          const filled = await fillFromHive(conversion, steps, { isExact: true, signal })
          report.files = filled.size
          report.days = await compare(conversion, engine, signal)
          // From now on, the names tell how far it is; the mark tells that it is not over, and files stay.
          await steps.store.write(mark, [new TextEncoder().encode('{}\n')], { overwrite: true, signal })
          isFilled = await isAsFilled(table, lake.store, filled)
        }
        await rowsOfQuery(engine, hiveRename(table, old.name), signal)
      }
      if (found.table !== 'iceberg') await rowsOfQuery(engine, icebergRename(fresh, table.name), signal)
      if (await isConversionMarked(table, lake.store)) {
        // Files may have been published between the comparison and the renaming, also into new partitions.
        if (partitionsOf(old).length > 0) await rowsOfQuery(engine, syncPartitions(old, 'ADD'), signal)
        const filled = await fillFromHive({ table, hive: old, iceberg }, steps, { isExact: false, signal })
        report.files = Math.max(report.files, filled.size)
        await steps.store.remove(mark)
      }
      const isHiveLeft = report.days.length > 0 || found.old !== undefined || found.table === 'hive'
      return { ...report, hive: isHiveLeft ? old.name : null }
    }),
  )
}

type Kind = 'hive' | 'iceberg' | undefined

/** What the catalog has under the three names. Throws an Error for tables that are not of this lake. */
async function tablesIn(
  engine: TrinoEngine,
  { table, old, fresh, location }: { table: Table; old: Table; fresh: Table; location: string },
  signal: AbortSignal,
): Promise<{ table: Kind; old: Kind; fresh: Kind }> {
  const entries = await lookAtCatalog([table, old, fresh], engine, signal)
  const kindOf = ({ name }: Table): Kind => {
    if (!entries.columns.has(name)) return undefined
    const kind = entries.iceberg.has(name) ? 'iceberg' : 'hive'
    const wanted = placeIn(location, { ...table, format: kind })
    if (entries.places.get(name) !== wanted)
      throw new Error(
        `nothing was converted: table ${nameOf({ ...table, name })} expected its files at ${wanted}, got ${entries.places.get(name) ?? 'a table whose files Trino manages'}`,
      )
    return kind
  }
  const found = { table: kindOf(table), old: kindOf(old), fresh: kindOf(fresh) }
  if (found.old === 'iceberg' || found.fresh === 'hive')
    throw new Error(
      `nothing was converted: convert needs the names ${nameOf(old)} and ${nameOf(fresh)}, and another table has one of them`,
    )
  return found
}

/** Compares two tables day by day. Throws an Error that names the first day that differs. */
async function compare(
  { table, hive, iceberg }: Conversion,
  engine: TrinoEngine,
  signal: AbortSignal,
): Promise<ConvertReport['days']> {
  const byDay = async (compared: Table) => {
    const rows = await rowsOfQuery(engine, rowsPerDay(compared), signal)
    return new Map(rows.map(({ day, ...facts }) => [String(day), facts]))
  }
  const [before, after] = [await byDay(hive), await byDay(iceberg)]
  for (const day of new Set([...before.keys(), ...after.keys()])) {
    const [one, other] = [before.get(day), after.get(day)]
    if (textOf(one) === textOf(other)) continue
    const rows = (facts: Record<string, unknown> | undefined) => count(Number(facts?.['rows'] ?? 0), 'row')
    throw new Error(
      `table ${table.name} was not converted: ${day || 'it'} has ${rows(one)} in the Hive table and ${rows(other)} in the Iceberg table${rows(one) === rows(other) ? ', with other values' : ''}: if files were published or removed meanwhile, run it again`,
    )
  }
  return [...before].map(([day, { rows }]) => ({ day, rows: Number(rows) }))
}

function textOf(facts: Record<string, unknown> | undefined): string {
  return facts === undefined ? '' : Object.values(facts).map(String).join(' ')
}
