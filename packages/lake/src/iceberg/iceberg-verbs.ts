import { describeValue } from '@minilake/schema'
import { checkTable } from '../check-table.js'
import type { Lake } from '../lake.js'
import type { LakeBackend } from '../lake-backend.js'
import type { methodOptions } from '../method-options.js'
import type { EnginePool } from '../open/engine-pool.js'
import { UsageError } from '../usage-error.js'
import { checkHistory, checkSnapshotId } from './check-history.js'
import { convertTable } from './convert-table.js'
import { maintainTable } from './maintain-table.js'
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
): Pick<Lake, 'snapshots' | 'rollback' | 'maintain' | 'convert'> {
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

    async maintain(table, options = {}) {
      const signal = begin('maintain', options)
      checkHistory(backend, checkTable(tables, table))
      for (const name of ['smallBytes', 'expireAfterSeconds'] as const) {
        const { [name]: value = 0 } = options
        if (!Number.isSafeInteger(value) || value < 0)
          throw new RangeError(`maintain expected a whole number as \`${name}\`, got ${describeValue(value)}`)
      }
      return maintainTable(table, backend, { ...options, signal })
    },

    async convert(table, options = {}) {
      const signal = begin('convert', options)
      checkTable(tables, table)
      if (backend.profile === 'embedded')
        throw new UsageError(
          `table ${table.name} is a table of files in the embedded profile: convert is for Trino (--profile stack)`,
        )
      return convertTable(table, backend, { ...options, signal })
    },
  }
}
