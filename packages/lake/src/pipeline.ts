import { alarmCount, alarmRows, hourlyAverages, type ResultRows } from '@minilake/analytics'
import type { SimulatedTable, SimulateOptions } from '@minilake/generator'
import { numericColumns } from '@minilake/schema'
import type { GenerateReport } from './generate/generate-files.js'
import type { IngestReport } from './ingest/ingest-folder.js'
import type { CatalogReport } from './lake-backend.js'
import type { Lake } from './lake.js'
import type { Verification } from './verify/verify-table.js'

/** Receives the result of each step of the pipeline, in order. */
export interface PipelineView {
  generated(report: GenerateReport): Promise<void> | void
  ingested(report: IngestReport): Promise<void> | void
  registered(report: CatalogReport): Promise<void> | void
  averaged(averages: ResultRows<{ hour: Date } & Record<string, Date | number | null>>): Promise<void>
  alarmed(count: bigint, rows: ResultRows<Record<string, unknown>>): Promise<void>
  verified(verification: Verification): Promise<void>
}

/** How to run the pipeline. */
export interface PipelineOptions {
  simulation: SimulateOptions
  /** Replace files that have other content. Default false. */
  overwrite?: boolean
  signal: AbortSignal
  view: PipelineView
}

/**
 * The whole lake in one go: generate, ingest, register, analyse, and verify against the truth. A step with conflicts, failures or
 * differences is the last one; its report says why.
 */
export async function runPipeline(
  lake: Lake,
  table: SimulatedTable,
  { simulation, overwrite = false, signal, view }: PipelineOptions,
): Promise<void> {
  const generated = await lake.generate(table, simulation, { overwrite, signal })
  await view.generated(generated)
  if (hasTrouble(generated)) return

  const ingested = await lake.ingest({ overwrite, signal })
  await view.ingested(ingested)
  if (hasTrouble(ingested)) return

  const registered = await lake.register({ signal })
  await view.registered(registered)
  if (registered.differences.length > 0) return

  const options = { tables: [table], signal }
  await view.averaged(lake.query(hourlyAverages(table, numericColumns(table)), options))
  for await (const { rows } of lake.query(alarmCount(table), options))
    await view.alarmed(rows, lake.query(alarmRows(table), options))
  for (const verification of await lake.verify({ tables: [table], signal })) await view.verified(verification)
}

/** Whether some file could not be generated or published. */
export function hasTrouble({
  conflicts,
  unverifiable,
  failures,
}: Pick<IngestReport, 'conflicts' | 'unverifiable' | 'failures'>): boolean {
  return conflicts.length + unverifiable.length + failures.length > 0
}
