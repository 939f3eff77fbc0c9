import type { SqlEngine } from '@minilake/analytics'
import type { Table } from '@minilake/schema'
import { findSimulation } from '../generate/find-simulation.js'
import type { LakeBackend } from '../lake-backend.js'
import { lostFiles } from './lost-files.js'
import { verifyChecks } from './verify-checks.js'
import { verifySimulated } from './verify-simulated.js'
import type { Verification } from './verify-table.js'

/**
 * Compares a table of data files with the truth of its simulation, or with the counts and bounds that its files carry, and names files that
 * were put into it and are gone.
 */
export async function verifyFiles(
  table: Table,
  lake: Pick<LakeBackend, 'servers' | 'store' | 'rowOrderOf' | 'openEngineOver'>,
  engine: SqlEngine,
  signal: AbortSignal,
): Promise<Verification> {
  const verify = findSimulation(table) ? verifySimulated : verifyChecks
  const found = await verify(table, lake, engine, signal)
  const missing = new Set([...found.missing, ...(await lostFiles(table, lake.store))])
  return { ...found, missing: [...missing].sort() }
}
