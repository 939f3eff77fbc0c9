import { checkTable } from '../check-table.js'
import type { Lake } from '../lake.js'
import type { LakeBackend } from '../lake-backend.js'
import type { methodOptions } from '../method-options.js'
import type { EnginePool } from '../open/engine-pool.js'
import { checkHistory, checkSnapshotId } from './check-history.js'
import { rollbackTable } from './rollback.js'
import { snapshotsOf } from './snapshots.js'

/** Checks the options of a method and that the lake is open; returns a signal, also when the caller has none. */
type Begin = (
  method: keyof typeof methodOptions,
  options: object & { signal?: AbortSignal | undefined },
) => AbortSignal

/** The methods of a lake that only Iceberg tables have. */
export function icebergVerbs(
  backend: LakeBackend,
  engines: EnginePool,
  begin: Begin,
): Pick<Lake, 'snapshots' | 'rollback'> {
  const { tables } = backend
  return {
    async snapshots(table, options = {}) {
      const signal = begin('snapshots', options)
      checkHistory(backend, checkTable(tables, table))
      return engines.use([table], (engine) => snapshotsOf(table, engine, { ...options, signal }))
    },

    async rollback(table, options) {
      const signal = begin('rollback', options)
      checkHistory(backend, checkTable(tables, table))
      checkSnapshotId('rollback', options.snapshot)
      return rollbackTable(table, backend, { ...options, signal })
    },
  }
}
