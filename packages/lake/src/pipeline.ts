import { alarmCount, alarmRows, hourlyAverages, type SqlEngine } from '@minilake/analytics'
import { planFiles, type SimulatedTable, type SimulateOptions } from '@minilake/generator'
import { numericColumns } from '@minilake/schema'
import { generateFiles, type GenerateReport } from './generate/generate-files.js'
import { ingestFolder, type IngestReport } from './ingest/ingest-folder.js'
import type { LakeBackend } from './lake-backend.js'
import type { CatalogReport } from './register/register-tables.js'
import { type Verification, verifyTable } from './verify/verify-table.js'

/** What is shown of the pipeline's steps, in their order. */
export interface PipelineView {
  generated(report: GenerateReport): Promise<void> | void
  ingested(report: IngestReport): Promise<void> | void
  catalogued(report: CatalogReport): Promise<void> | void
  averaged(averages: ReturnType<typeof averagesOf>): Promise<void>
  alarmed(count: bigint, rows: ReturnType<typeof alarmsOf>): Promise<void>
  verified(verification: Verification): Promise<void>
}

/** What the pipeline runs with. */
export interface PipelineOptions {
  simulation: SimulateOptions
  /** The folder between generate and ingest. */
  out: string
  overwrite: boolean
  signal: AbortSignal
  view: PipelineView
}

/**
 * The whole lake in one go: generate → ingest → catalog → analyse, and the truth at the end. A step that meets trouble is
 * the last one; its report says what.
 */
export async function runPipeline(
  lake: LakeBackend,
  table: SimulatedTable,
  { simulation, out, overwrite, signal, view }: PipelineOptions,
): Promise<void> {
  const generated = await generateFiles(planFiles(table, simulation), {
    target: { folder: out },
    overwrite,
    signal,
  })
  await view.generated(generated)
  if (hasTrouble(generated)) return

  const ingested = await ingestFolder(out, { tables: lake.tables, store: lake.store, overwrite, signal })
  await view.ingested(ingested)
  if (hasTrouble(ingested)) return

  const catalogued = await lake.registerTables(lake.tables, { signal })
  await view.catalogued(catalogued)
  if (catalogued.differences.length > 0) return

  const engine = await lake.openEngine([table])
  try {
    await view.averaged(averagesOf(engine, table, signal))
    for await (const { alarms } of engine.query(alarmCount(table), { signal })) {
      await view.alarmed(alarms, alarmsOf(engine, table, signal))
    }
    await view.verified(await verifyTable(table, lake, engine, signal))
  } finally {
    await engine.close()
  }
}

/** Whether some file could not be generated or published. */
export function hasTrouble({
  conflicts,
  unverifiable,
  failures,
}: Pick<IngestReport, 'conflicts' | 'unverifiable' | 'failures'>): boolean {
  return conflicts.length + unverifiable.length + failures.length > 0
}

function averagesOf(engine: SqlEngine, table: SimulatedTable, signal: AbortSignal) {
  return engine.query(hourlyAverages(table, numericColumns(table)), { signal })
}

function alarmsOf(engine: SqlEngine, table: SimulatedTable, signal: AbortSignal) {
  return engine.query(alarmRows(table), { signal })
}
